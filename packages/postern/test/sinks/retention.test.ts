import { afterAll, beforeAll, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { removeExpiredEvents } from '../../src/sinks/retention.ts'
import { readEvents } from '../../src/store/read-events.ts'
import { addEvents } from '../../src/store/records.ts'
import { insertSink } from '../../src/store/sinks.ts'

const now = new Date('2026-11-30T12:00:00Z')
const clock = new TestClock(now)

let kept: TestStore | undefined

beforeAll(async () => {
  kept = await stores[0]?.open()
})

afterAll(async () => {
  await kept?.close()
})

test('events are kept as long as the sink that keeps them longest says', async () => {
  if (kept === undefined) throw new Error('There is no store.')
  const { store } = kept
  const aged = (days: number) => new Date(now.getTime() - days * 86_400_000)
  const event = {
    ...{ eventType: null, severity: null, outcome: null, actorId: null, actorLogin: null },
    ...{ clientIp: null, sessionId: null, transactionId: null, targetIds: [], raw: '{}' },
  }
  const ages = [1, 29, 31, 89, 91]
  await addEvents(
    store,
    'c1',
    ages.map((days) => ({ ...event, uuid: `${days}`, published: aged(days) })),
  )
  const left = async () => {
    await removeExpiredEvents({ store, clock })
    const { rows } = await readEvents(store, { connectionIds: ['c1'] }, { limit: 9 })
    return rows.map(({ uuid }) => uuid)
  }

  await expect(left()).resolves.toEqual(['1', '29', '31', '89'])
  for (const retentionDays of [7, 30]) {
    const name = `keeps-${retentionDays}`
    await insertSink(store, { id: name, name, kind: 'store', settings: { retentionDays } }, now)
  }
  await expect(left()).resolves.toEqual(['1', '29'])
})
