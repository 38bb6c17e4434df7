/** @module Which runs of a feed are kept. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { beginRun, emptyReport, endRun, listRuns, pruneRuns } from '../../src/store/runs.ts'

const DAY_MS = 86_400_000
const now = new Date('2026-11-30T12:00:00.000Z')

describe.each(stores)('runs of a feed on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const keep = async (feedId: string, id: string, daysAgo: number) => {
    const at = new Date(now.getTime() - daysAgo * DAY_MS)
    await beginRun(opened.store, { id, feedId, trigger: 'schedule', epoch: 1 }, at)
    await endRun(opened.store, id, { outcome: 'ok', report: emptyReport }, at)
  }
  const idsOf = async (feedId: string) =>
    (await listRuns(opened.store, feedId, 2_000)).map(({ id }) => id)

  test('are kept for 30 days, each feed by itself', async () => {
    for (const feedId of ['f1', 'f2']) {
      await keep(feedId, `${feedId}-old`, 30.01)
      await keep(feedId, `${feedId}-month`, 29.99)
      await keep(feedId, `${feedId}-new`, 0)
    }
    await pruneRuns(opened.store, 'f1', now)
    expect(await idsOf('f1')).toEqual(['f1-new', 'f1-month'])
    expect(await idsOf('f2')).toEqual(['f2-new', 'f2-month', 'f2-old'])
  })

  test('are the last thousand at most', async () => {
    const started = (number: number) => new Date(now.getTime() - number * 60_000)
    await opened.store.db
      .insertInto('run')
      .values(
        Array.from({ length: 1_003 }, (_, number) => ({
          ...{ id: `run-${number}`, feed_id: 'f3', trigger: 'schedule' as const, epoch: 1 },
          ...{ started_at: started(number), ended_at: started(number), outcome: 'ok' as const },
          report: JSON.stringify(emptyReport),
        })),
      )
      .execute()
    await pruneRuns(opened.store, 'f3', now)
    const ids = await idsOf('f3')
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([1_000, 'run-0', 'run-999'])
  })
})
