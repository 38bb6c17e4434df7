/** @module Verifying a feed finds what it did not read, delivers it late, and counts it. */

import type { JsonObject, Org } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { fromStoredVerification, toStoredVerification } from '../../src/feeds/verification.ts'
import { putStreamState, readStreamStates } from '../../src/store/feed-streams.ts'
import { pruneLedger } from '../../src/store/ledger.ts'
import type { Store } from '../../src/store/store.ts'
import { feedScenario } from './feed-scenario.ts'

const HOUR_MS = 3_600_000
const small = { users: 20, groups: 2, apps: 2, edition: 'unlimited', keyType: 'EC' } as const

/** An org in which so many events a second happen, from an hour ago on. */
async function busyOrg(perSecond = 0.4) {
  const clock = new TestClock(new Date('2026-03-30T12:00:00.000Z'))
  const emulated = await emulatedOrg({ ...small, clock, traffic: { perSecond } }, { clock })
  clock.advance(HOUR_MS)
  return { ...emulated, clock }
}

/** Makes a feed believe that it has read the log to its end. */
async function skipToEnd(store: Store, feedId: string, org: Org): Promise<void> {
  const state: JsonObject = (await readStreamStates(store, feedId)).get('log') ?? {}
  const cursor = String(state['page'])
  let page = cursor
  for await (const { cursor: next } of org.pages('/api/v1/logs', { mode: 'polling', cursor })) {
    page = next ?? page
  }
  await putStreamState(store, { feedId, name: 'log', state: { ...state, page } }, new Date())
}

describe.each(stores)('verifying a feed on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  const verificationOf = async (feedId: string) =>
    fromStoredVerification((await readStreamStates(kept.store, feedId)).get('verify'))

  test('finds the events that were skipped, delivers them late, and finds no more', async () => {
    const { app, running, clock } = await busyOrg()
    const feed = await feedScenario(kept.store, app)
    await feed.run()
    clock.advance(HOUR_MS)
    await skipToEnd(kept.store, feed.feedId, app)
    await feed.run()
    clock.advance(3 * HOUR_MS)

    const { outcome, report } = await feed.run({ verify: true })
    expect(outcome).toBe('ok')
    const { last, missing } = await verificationOf(feed.feedId)
    expect(missing).toBeGreaterThanOrEqual(1_440)
    expect(last?.missing).toBe(missing)
    expect(report.notes).toEqual([expect.stringContaining(`${missing} had been missing`)])
    const happened = running.org.ledger
      .read()
      .flatMap((entry) => (entry.kind === 'event' ? [entry.uuid] : []))
    expect(feed.sinks.idsOf().toSorted()).toEqual(happened.toSorted())
    const batches = feed.sinks.batches.get('main') ?? []
    const late = batches.filter(({ replay }) => replay).flatMap(({ records }) => records)
    expect(late).toHaveLength(missing)

    const again = await feed.run({ verify: true })
    expect(again.report).toMatchObject({ emitted: 0, notes: [] })
    expect((await verificationOf(feed.feedId)).last).toMatchObject({ missing: 0 })
  })

  test('is done once a day by itself, unless the feed says that it is not', async () => {
    const { app, clock } = await busyOrg(0.02)
    const feed = await feedScenario(kept.store, app)
    const without = await feedScenario(kept.store, app, { settings: { verify: false } })
    clock.advance(3 * HOUR_MS)
    await feed.run()
    await without.run()
    clock.advance(20 * HOUR_MS)
    await feed.run()
    expect((await verificationOf(feed.feedId)).last).toBeUndefined()

    clock.advance(5 * HOUR_MS)
    await feed.run()
    await without.run()
    const first = await verificationOf(feed.feedId)
    expect(first.last).toMatchObject({ missing: 0 })
    expect(first.last?.checked).toBeGreaterThanOrEqual(1_000)
    expect(await verificationOf(without.feedId)).toEqual({ missing: 0 })
    clock.advance(HOUR_MS)
    await feed.run()
    expect((await verificationOf(feed.feedId)).at).toEqual(first.at)
  })

  test('finds first what is stored late meanwhile: the feed does not deliver that again', async () => {
    const { app, running, clock } = await busyOrg(0.02)
    const feed = await feedScenario(kept.store, app)
    clock.advance(3 * HOUR_MS)
    await feed.run()
    const published = new Date(clock.now().getTime() - 2.5 * HOUR_MS).toISOString()
    let isLate = false
    await feed.run({
      verify: true,
      onProgress: () => {
        if (isLate) return
        isLate = true
        running.org.log.addRecorded({ uuid: 'late', eventType: 'user.session.start', published })
      },
    })
    expect((await verificationOf(feed.feedId)).missing).toBe(1)
    await feed.run()
    expect(feed.sinks.idsOf().filter((id) => id === 'late')).toHaveLength(1)
  })

  test('drops a window that was left lying until the feed had forgotten what it read then', async () => {
    const { app, clock } = await busyOrg(0.02)
    const feed = await feedScenario(kept.store, app)
    await feed.run()
    const from = clock.now()
    clock.advance(HOUR_MS)
    const window = { from, to: clock.now(), checked: 0, missing: 0 }
    const state = toStoredVerification({ missing: 0, at: from, window })
    for (let day = 0; day < 5; day++) {
      clock.advance(24 * HOUR_MS)
      await feed.run()
    }
    await pruneLedger(kept.store, feed.feedId, clock.now())
    await putStreamState(kept.store, { feedId: feed.feedId, name: 'verify', state }, clock.now())
    const { report } = await feed.run({ verify: true })
    expect(report.notes).toEqual([])
    expect(await verificationOf(feed.feedId)).toMatchObject({ missing: 0, window: undefined })
  })

  test('remembers what it delivered late of a window that it dropped', async () => {
    const { app, running, clock } = await busyOrg(0.3)
    const feed = await feedScenario(kept.store, app)
    clock.advance(3 * HOUR_MS)
    await feed.run()
    const published = new Date(clock.now().getTime() - 3.9 * HOUR_MS).toISOString()
    let isLate = false
    await feed.run({
      verify: true,
      onProgress: ({ records }) => {
        if (!isLate)
          running.org.log.addRecorded({ uuid: 'late', eventType: 'user.session.start', published })
        isLate = true
        if (records >= 1_000) clock.advance(-HOUR_MS / 6)
      },
    })
    const { window, last, missing } = await verificationOf(feed.feedId)
    expect({ window, last, missing }).toEqual({ window: undefined, last: undefined, missing: 1 })
    clock.advance(HOUR_MS)
    await feed.run()
    expect(feed.sinks.idsOf().filter((id) => id === 'late')).toHaveLength(1)
  })

  test('begins its window anew where Okta refuses the cursor in it', async () => {
    const { app, running, clock } = await busyOrg(0.5)
    const feed = await feedScenario(kept.store, app)
    clock.advance(3 * HOUR_MS)
    await feed.run()
    const stop = new AbortController()
    await feed.run({
      verify: true,
      signal: stop.signal,
      onProgress: ({ records }) => records >= 1_000 && stop.abort(new Error('stopped')),
    })
    expect((await verificationOf(feed.feedId)).window?.cursor).toBeDefined()
    // The feed itself asks once.
    running.faults.on('cursor-refused=path:/api/v1/logs,after:1,times:1')
    const { outcome, report } = await feed.run({ verify: true })
    expect({ outcome, notes: report.notes }).toEqual({ outcome: 'ok', notes: [] })
    const { last, missing } = await verificationOf(feed.feedId)
    expect(missing).toBe(0)
    const read = feed.sinks.idsOf().length
    expect(last?.checked).toBeGreaterThan(0.3 * read)
    expect(last?.checked).toBeLessThanOrEqual(read)
  })

  test('that was interrupted goes on where it was, and counts what it compared before', async () => {
    const { app, clock } = await busyOrg(1)
    const feed = await feedScenario(kept.store, app)
    clock.advance(2 * HOUR_MS)
    await feed.run()
    const stop = new AbortController()
    const interrupted = await feed.run({
      verify: true,
      signal: stop.signal,
      onProgress: ({ records }) => records > 1_000 && stop.abort(new Error('stopped')),
    })
    expect(interrupted.outcome).toBe('interrupted')
    const { window } = await verificationOf(feed.feedId)
    expect(window?.checked).toBeGreaterThan(0)
    const { outcome, report } = await feed.run()
    expect(outcome).toBe('ok')
    const { last } = await verificationOf(feed.feedId)
    expect(last?.missing).toBe(0)
    expect(last?.checked).toBeGreaterThan(window?.checked ?? 0)
    expect(report.records).toBeLessThan(last?.checked ?? 0)
  })
})
