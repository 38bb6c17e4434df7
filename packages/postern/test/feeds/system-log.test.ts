/** @module The System Log as a feed: nothing is lost, nothing comes twice, whatever happens in between. */

import type { RunningOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { feedScenario } from './feed-scenario.ts'

const HOUR_MS = 3_600_000
const small = { users: 20, groups: 2, apps: 2, edition: 'unlimited', keyType: 'EC' } as const

/** An org in which so many events a second have happened for some hours. */
async function busyOrg(hours: number, perSecond = 1) {
  const clock = new TestClock(new Date('2026-03-30T12:00:00.000Z'))
  const emulated = await emulatedOrg({ ...small, clock, traffic: { perSecond } }, { clock })
  clock.advance(hours * HOUR_MS)
  return { ...emulated, clock }
}

/** What happened, as the emulator itself noted it. */
function ledgerOf({ org }: RunningOrg): readonly string[] {
  return org.ledger.read().flatMap((entry) => (entry.kind === 'event' ? [entry.uuid] : []))
}

describe.each(stores)('a feed of the System Log on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  test('delivers every event once, in the order of the log, over several runs', async () => {
    const { app, running, clock } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app)
    const first = await feed.run()
    expect(first).toMatchObject({ outcome: 'ok', more: false })
    clock.advance(HOUR_MS)
    const second = await feed.run()
    expect(second.outcome).toBe('ok')
    expect(feed.sinks.idsOf()).toEqual(ledgerOf(running))
  })
})
