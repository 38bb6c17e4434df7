/** @module The System Log as a feed: nothing is lost, nothing comes twice, whatever happens in between. */

import { getEventListeners } from 'node:events'
import { fetchTransport } from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { parseOutboundUrl } from '../../src/http/outbound-url.ts'
import type { SinkKind } from '../../src/sinks/sink.ts'
import { addFeedSink, removeFeedSink } from '../../src/store/feed-sinks.ts'
import { takeFeed } from '../../src/store/feed-states.ts'
import { listGaps } from '../../src/store/gaps.ts'
import { listRuns } from '../../src/store/runs.ts'
import { deleteSink, insertSink } from '../../src/store/sinks.ts'
import { feedScenario } from './feed-scenario.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
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

/** What of a log a sink has, told briefly. */
function compare(got: readonly string[], log: readonly string[]) {
  const ids = new Set(got)
  return {
    lost: log.filter((id) => !ids.has(id)).length,
    twice: got.length - ids.size,
    isInOrder: got.length !== log.length || got.every((id, index) => id === log[index]),
  }
}

const complete = { lost: 0, twice: 0, isInOrder: true }

describe.each(stores)('a feed of the System Log on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  test('delivers every event once, in the order of the log, over several runs and after a late event', async () => {
    const { app, running, clock } = await busyOrg(1)
    const feed = await feedScenario(kept.store, app)
    expect(await feed.run()).toMatchObject({ outcome: 'ok', more: false })
    const published = '2026-03-30T12:00:01.000Z'
    running.org.log.addRecorded({ uuid: 'late', eventType: 'user.session.start', published })
    clock.advance(HOUR_MS / 2)
    expect(await feed.run()).toMatchObject({ outcome: 'ok', report: { emitted: 1_801 } })
    expect(feed.sinks.idsOf()).toContain('late')
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('delivers events of one millisecond each once, also where pages come twice', async () => {
    const { app, running, clock } = await busyOrg(0.01)
    const feed = await feedScenario(kept.store, app)
    running.faults.on('duplicate-page=path:/api/v1/logs,every:2')
    for (let burst = 0; burst < 3; burst++) {
      const published = clock.now().toISOString()
      for (let index = 0; index < 600; index++) {
        const uuid = `burst-${burst}-${index}`
        running.org.log.addRecorded({ uuid, eventType: 'user.session.start', published })
      }
      await feed.run()
    }
    running.faults.clear()
    expect((await feed.run()).outcome).toBe('ok')
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('is not at the end of the log where pages have to be small: nothing is skipped when the cursor is refused then', async () => {
    const { app, running } = await busyOrg(4 * 24, 0.02)
    const feed = await feedScenario(kept.store, app)
    const stopping = new AbortController()
    running.faults.on('page-too-big=path:/api/v1/logs,limit:500')
    const stopped = await feed.run({
      signal: stopping.signal,
      onProgress: ({ emitted }) => emitted >= 1_500 && stopping.abort(new Error('stop')),
    })
    expect(stopped.report.emitted).toBeLessThan(4_000)
    running.faults.clear()
    running.faults.on('cursor-refused=path:/api/v1/logs,times:1')
    expect(await feed.run()).toMatchObject({ outcome: 'ok' })
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('goes on where a run was stopped, also with another credential', async () => {
    const { app, admin, running } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app)
    const stopping = new AbortController()
    const stopped = await feed.run({
      signal: stopping.signal,
      onProgress: ({ emitted }) => emitted >= 2_000 && stopping.abort(new Error('stop')),
    })
    expect(stopped.outcome).toBe('interrupted')
    expect(stopped.report.emitted).toBeLessThan(4_000)
    const connections = { open: async () => ({ org: admin, signal: new AbortController().signal }) }
    expect(await feed.run({}, { connections })).toMatchObject({ outcome: 'ok' })
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('ends when its time is over, and says that there is more', async () => {
    const { app, running } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app)
    expect(await feed.run({ budgetMs: 0 })).toMatchObject({ outcome: 'partial', more: true })
    expect(await feed.run({ trigger: 'continuation' })).toMatchObject({ outcome: 'ok' })
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('stores nothing for an owner that another one replaced, and its run ends as fenced', async () => {
    const { app, running } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app)
    let taken = false
    feed.sinks.onWrite = async ({ seq }) => {
      if (seq !== 2 || taken) return
      taken = true
      await takeFeed(kept.store, feed.feedId, new Date())
    }
    const fenced = await feed.run()
    expect(fenced).toMatchObject({ outcome: 'fenced', report: { error: { code: 'feed_fenced' } } })
    expect(fenced.report.confirmed).toEqual({ [`${feed.feedId}-main`]: 1 })
    // What it had written without being able to confirm it is written once more.
    feed.sinks.batches.clear()
    expect(await feed.run()).toMatchObject({ outcome: 'ok' })
    expect(compare(feed.sinks.idsOf(), ledgerOf(running).slice(1_000))).toEqual(complete)
    const runs = await listRuns(kept.store, feed.feedId, 10)
    expect(runs.map(({ epoch, outcome }) => [epoch, outcome])).toEqual([
      [3, 'ok'],
      [1, 'fenced'],
    ])
  })

  test('leaves a sink alone for as long as its receiver asks', async () => {
    const { app, clock } = await busyOrg(1)
    const feed = await feedScenario(kept.store, app)
    feed.sinks.down.add('main')
    feed.sinks.retryAfterMs = 120_000
    const { retryAt } = await feed.run()
    expect(feed.sinks.attempts).toBe(1)
    expect(retryAt).toEqual(new Date(clock.now().getTime() + 120_000))
  })

  test('asks a sink once in a run whose URL nothing may be sent to', async () => {
    const { app } = await busyOrg(0.1)
    const feed = await feedScenario(kept.store, app)
    let opened = 0
    const open: SinkKind['open'] = async () => {
      opened++
      throw new Error(parseOutboundUrl('http://hooks.acme.example/in'))
    }
    const { report } = await feed.run({}, { kinds: [{ ...feed.sinks.kind, open }] })
    expect(report.notes).toEqual([expect.stringContaining('outbound_url_scheme')])
    expect(opened).toBe(1)
  })

  test('reads on while one sink is down, and gives it everything once it answers', async () => {
    const { app, running, clock } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app, { sinks: ['main', 'other'] })
    feed.sinks.down.add('other')
    const partial = await feed.run()
    expect(partial.outcome).toBe('partial')
    expect(partial.report.notes).toEqual([expect.stringContaining('sink_unreachable')])
    expect(partial.retryAt).toBeInstanceOf(Date)
    expect(compare(feed.sinks.idsOf('main'), ledgerOf(running))).toEqual(complete)
    feed.sinks.down.clear()
    const { attempts } = feed.sinks
    clock.advance(1)
    expect((await feed.run()).outcome).toBe('partial')
    expect(feed.sinks.attempts).toBe(attempts)
    clock.advance(HOUR_MS)
    expect((await feed.run()).outcome).toBe('ok')
    for (const name of ['main', 'other'])
      expect(compare(feed.sinks.idsOf(name), ledgerOf(running))).toEqual(complete)
  })

  test('stops reading when its spool is full, loses nothing, and goes on when there is room', async () => {
    const { app, running, clock } = await busyOrg(2)
    const spoolLimit = { records: 2_000, bytes: 1024 ** 3 }
    const feed = await feedScenario(kept.store, app, { context: { spoolLimit } })
    feed.sinks.down.add('main')
    for (let runs = 0; runs < 2; runs++) {
      const full = await feed.run({ trigger: 'request' })
      expect(full.outcome).toBe('partial')
      const spooled = await kept.store.db
        .selectFrom('spool')
        .select('records')
        .where('feed_id', '=', feed.feedId)
        .execute()
      expect(spooled.map(({ records }) => records)).toEqual([1_000, 1_000])
    }
    feed.sinks.down.clear()
    clock.advance(HOUR_MS)
    expect((await feed.run()).outcome).toBe('ok')
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
    expect(
      await kept.store.db
        .selectFrom('feed_state')
        .select(['spool_records', 'spool_bytes'])
        .where('feed_id', '=', feed.feedId)
        .executeTakeFirst(),
    ).toEqual({ spool_records: 0, spool_bytes: 0 })
  })

  test('makes room where the rest of its only sink ends while it reads', async () => {
    const { client, running, clock } = await busyOrg(2)
    let restEnds = () => {}
    const org = client({
      clock,
      transport: (request) => {
        restEnds()
        return fetchTransport(request)
      },
    })
    const spoolLimit = { records: 2_000, bytes: 1024 ** 3 }
    const feed = await feedScenario(kept.store, org, { context: { spoolLimit } })
    feed.sinks.down.add('main')
    feed.sinks.retryAfterMs = 60_000
    expect(await feed.run()).toMatchObject({ outcome: 'partial', retryAt: expect.any(Date) })
    feed.sinks.down.clear()
    restEnds = () => {
      restEnds = () => {}
      clock.advance(60_000)
    }
    expect((await feed.run()).outcome).toBe('ok')
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('gives a slow sink all that was read, though another one is down and there is no room', async () => {
    const { app } = await busyOrg(2)
    const spoolLimit = { records: 3_000, bytes: 1024 ** 3 }
    const options = { sinks: ['main', 'other'], context: { spoolLimit } }
    const feed = await feedScenario(kept.store, app, options)
    feed.sinks.down.add('other')
    // It is left alone from its first attempt on.
    feed.sinks.retryAfterMs = 60_000
    const full = Promise.withResolvers<void>()
    feed.sinks.onWrite = async (_batch, name) => {
      if (name !== 'main') return
      await full.promise
      // Slower than the next page is there.
      for (let query = 0; query < 200; query++) await listGaps(kept.store, feed.feedId)
    }
    const ran = await feed.run({
      onProgress: ({ spoolRecords }) => void (spoolRecords >= 3_000 && full.resolve()),
    })
    expect(ran).toMatchObject({ outcome: 'partial', more: false, retryAt: expect.any(Date) })
    expect(feed.sinks.idsOf('main')).toHaveLength(3_000)
  })

  test('ends where only a sink that was added meanwhile could make room, and goes on with it', async () => {
    const { app, running, clock } = await busyOrg(2)
    const spoolLimit = { records: 2_000, bytes: 1024 ** 3 }
    const feed = await feedScenario(kept.store, app, { context: { spoolLimit } })
    const { feedId } = feed
    const sink = { id: `${feedId}-late`, name: `${feedId}-late`, kind: 'memory', settings: {} }
    feed.sinks.onWrite = async () => {
      feed.sinks.onWrite = undefined
      await insertSink(kept.store, sink, clock.now())
      await addFeedSink(kept.store, { feedId, sinkId: sink.id })
    }
    expect(await feed.run()).toMatchObject({ outcome: 'partial', more: true })
    expect((await feed.run({ trigger: 'continuation' })).outcome).toBe('ok')
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('goes on without a sink that is taken out and removed while it is written to', async () => {
    const { app, running } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app, { sinks: ['main', 'other'] })
    const { feedId } = feed
    const sinkId = `${feedId}-other`
    feed.sinks.onWrite = async ({ seq }, sink) => {
      if (sink !== 'other' || seq !== 2) return
      await removeFeedSink(kept.store, { feedId, sinkId })
      await deleteSink(kept.store, sinkId)
    }
    expect(await feed.run()).toMatchObject({ outcome: 'ok', more: false, report: { notes: [] } })
    expect(compare(feed.sinks.idsOf('main'), ledgerOf(running))).toEqual(complete)
    expect(feed.sinks.batches.get('other')).toHaveLength(2)
    expect((await feed.run()).outcome).toBe('ok')
    const spooled = await kept.store.db
      .selectFrom('spool')
      .select('seq')
      .where('feed_id', '=', feedId)
      .execute()
    expect(spooled).toEqual([])
  })

  test('listens to its connection no longer than a run takes', async () => {
    const { app } = await busyOrg(1, 0.1)
    const { signal } = new AbortController()
    const feed = await feedScenario(kept.store, app, {
      context: { connections: { open: async () => ({ org: app, signal }) } },
    })
    await feed.run()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('sets aside what a sink refuses for good, once, and delivers the rest', async () => {
    const { app } = await busyOrg(0.1)
    const feed = await feedScenario(kept.store, app)
    feed.sinks.rejects = ({ seq }) =>
      seq === 1 ? [{ index: 7, code: 'sink_record_refused', reason: 'Not that one.' }] : []
    expect((await feed.run()).outcome).toBe('ok')
    const letters = await kept.store.db
      .selectFrom('dead_letter')
      .select(['seq', 'index', 'record', 'code'])
      .where('feed_id', '=', feed.feedId)
      .execute()
    const refused = feed.sinks.batches.get('main')?.[0]?.records[7]
    expect(letters).toHaveLength(1)
    expect(Buffer.from(letters[0]?.record ?? [])).toEqual(Buffer.from(refused?.line ?? []))
  })

  test('goes on by time where the org refuses its cursor, and delivers nothing twice', async () => {
    const { app, running, clock } = await busyOrg(0.6)
    const feed = await feedScenario(kept.store, app)
    await feed.run()
    clock.advance(HOUR_MS / 6)
    running.faults.on('cursor-refused')
    const { outcome, report } = await feed.run()
    expect(outcome).toBe('failed')
    expect(report.error?.code).toBe('cursor_rejected')
    running.faults.off('cursor-refused')
    expect((await feed.run()).outcome).toBe('ok')
    // A receiver that raises alerts can tell them from what is new.
    expect(feed.sinks.batches.get('main')?.at(-1)?.replay).toBe(true)
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
    expect(await listGaps(kept.store, feed.feedId)).toEqual([])
  })

  test('goes on by time where its cursor is too old, and reads nothing again that it may have forgotten', async () => {
    const { app, running, clock } = await busyOrg(6, 0.01)
    const { org } = running
    org.assumptions = { ...org.assumptions, logCursorDays: 1 }
    const feed = await feedScenario(kept.store, app)
    await feed.run()
    running.traffic.stop()
    // A page on which all was published before what the ledger remembers.
    const published = clock.now().toISOString()
    clock.advance(10 * DAY_MS)
    org.log.addRecorded(`{"uuid":"late","eventType":"a.b","published":"${published}"}`)
    expect((await feed.run()).outcome).toBe('ok')
    clock.advance(2 * DAY_MS)
    const { outcome, report } = await feed.run()
    expect([outcome, report.notes.join()]).toEqual([
      'ok',
      expect.stringContaining('cursor_rejected'),
    ])
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('goes on by time where pages have no link, and delivers nothing twice', async () => {
    const { app, running, clock } = await busyOrg(7, 0.05)
    const feed = await feedScenario(kept.store, app)
    running.faults.on('link-missing-next')
    await feed.run()
    clock.advance(3 * HOUR_MS)
    const { report } = await feed.run()
    expect(report.notes.join()).toContain('page_missing_link')
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  test('records a gap where the org keeps no events any more: before the start, and after a long pause', async () => {
    const { app, running, clock } = await busyOrg(1, 0.01)
    const since = new Date(clock.now().getTime() - 100 * DAY_MS).toISOString()
    const feed = await feedScenario(kept.store, app, { settings: { since } })
    const first = await feed.run()
    const oldest = new Date(clock.now().getTime() - 90 * DAY_MS)
    expect(await listGaps(kept.store, feed.feedId)).toMatchObject([
      { from_at: new Date(since), to_at: oldest },
    ])
    expect(first.report.notes).toEqual([expect.stringContaining('cannot be read any more')])
    const stoppedAt = clock.now()
    running.traffic.stop()
    clock.advance(91 * DAY_MS)
    await feed.run()
    const [, gap] = await listGaps(kept.store, feed.feedId)
    expect(gap?.from_at).toEqual(stoppedAt)
    expect(gap?.to_at).toEqual(new Date(stoppedAt.getTime() + DAY_MS))
    await feed.run()
    expect(await listGaps(kept.store, feed.feedId)).toHaveLength(2)
  })

  test('records a gap where a first read that was stopped goes on behind what the org keeps', async () => {
    const { app, running, clock } = await busyOrg(80 * 24, 0.0005)
    const feed = await feedScenario(kept.store, app)
    const stopping = new AbortController()
    await feed.run({
      signal: stopping.signal,
      onProgress: ({ emitted }) => emitted >= 1_000 && stopping.abort(new Error('stop')),
    })
    const stopped = feed.sinks.idsOf().length
    running.traffic.stop()
    clock.advance(40 * DAY_MS)
    expect((await feed.run()).report.notes).toEqual([
      expect.stringContaining('cannot be read any more'),
    ])
    const events = running.org.ledger
      .read()
      .flatMap((entry) => (entry.kind === 'event' ? [entry] : []))
    const timeOf = (index: number) => events[index]?.publishedMs ?? 0
    const [gap, ...others] = await listGaps(kept.store, feed.feedId)
    expect(others).toEqual([])
    expect(gap?.from_at?.getTime()).toBe(timeOf(stopped - 1))
    expect(gap?.to_at).toEqual(new Date(clock.now().getTime() - 90 * DAY_MS))
    const got = new Set(feed.sinks.idsOf())
    const lost = events.flatMap(({ uuid, persistedMs }) => (got.has(uuid) ? [] : [persistedMs]))
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.filter((ms) => ms < timeOf(stopped - 1) || ms > Number(gap?.to_at))).toEqual([])
  })

  test('records no gap for a feed that wants what there is and had read nothing yet', async () => {
    const { app, running, clock } = await busyOrg(1, 0.01)
    const feed = await feedScenario(kept.store, app)
    running.faults.on('server-error=path:/api/v1/logs')
    const { report } = await feed.run()
    expect(report.cursors['log']?.after).toContain('since')
    running.faults.off('server-error')
    clock.advance(5 * DAY_MS)
    await feed.run()
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
    expect(await listGaps(kept.store, feed.feedId)).toEqual([])
  })

  test('reads nothing more once it is paused, and says so to whoever runs it', async () => {
    const { app } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app)
    feed.sinks.onWrite = async () => {
      await kept.store.db
        .updateTable('feed')
        .set({ paused_at: new Date() })
        .where('id', '=', feed.feedId)
        .execute()
    }
    expect(await feed.run()).toMatchObject({ outcome: 'partial', more: false })
    await expect(feed.run()).rejects.toMatchObject({ code: 'feed_paused' })
  })

  test('runs once at a time, and what a dead owner left open is shown as interrupted', async () => {
    const { app, clock } = await busyOrg(0.1)
    const feed = await feedScenario(kept.store, app)
    const writing = Promise.withResolvers<void>()
    const refused = Promise.withResolvers<void>()
    feed.sinks.onWrite = async () => {
      writing.resolve()
      await refused.promise
    }
    const first = feed.run()
    await writing.promise
    await expect(feed.run()).rejects.toThrow('A run of the feed is under way.')
    refused.resolve()
    await first
    await kept.store.db
      .updateTable('run')
      .set({ outcome: null, ended_at: null })
      .where('feed_id', '=', feed.feedId)
      .execute()
    const [dead] = await listRuns(kept.store, feed.feedId, 1)
    expect(dead?.outcome).toBe('interrupted')
    clock.advance(1_000)
    await feed.run()
    const runs = await listRuns(kept.store, feed.feedId, 10)
    expect(runs.map(({ outcome }) => outcome)).toEqual(['ok', 'interrupted'])
  })

  test('has one page in hand and asks for one more, however long the log is', async () => {
    const { client, clock } = await busyOrg(2)
    let asked = 0
    const app = client({
      clock,
      transport: (request) => {
        if (request.url.includes('/api/v1/logs')) asked++
        return fetchTransport(request)
      },
    })
    const feed = await feedScenario(kept.store, app)
    const ahead: number[] = []
    await feed.run({ onProgress: ({ records }) => ahead.push(asked - records / 1_000) })
    expect(ahead.length).toBeGreaterThan(7)
    // A sink may confirm while the next page is stored, and the one behind it is asked for.
    expect(Math.max(...ahead)).toBeLessThanOrEqual(2)
  })

  test('shows how far a run is while it goes on', async () => {
    const { app, clock } = await busyOrg(2)
    const feed = await feedScenario(kept.store, app)
    const seen: number[] = []
    feed.sinks.onWrite = async ({ seq }) => {
      clock.advance(6_000)
      if (seq !== 5) return
      const [run] = await listRuns(kept.store, feed.feedId, 1)
      expect(run?.outcome).toBeNull()
      seen.push(run?.report.records ?? 0)
    }
    const { report } = await feed.run()
    expect(seen[0]).toBeGreaterThan(0)
    const [run] = await listRuns(kept.store, feed.feedId, 1)
    expect(run).toMatchObject({ outcome: 'ok', report })
  })

  test('says that the role is missing where the log falls silent for want of it, and has everything when it is back', async () => {
    const { app, running, clock } = await busyOrg(1)
    const feed = await feedScenario(kept.store, app)
    await feed.run()
    running.faults.on('admin-role-missing')
    for (let run = 0; run < 2; run++) {
      clock.advance(HOUR_MS / 6)
      const { outcome, report } = await feed.run()
      const told = { outcome, code: report.error?.code, remedy: report.error?.remedy }
      const remedy = expect.stringContaining('Admin roles tab')
      expect(told).toEqual({ outcome: 'failed', code: 'role_missing', remedy })
    }
    running.faults.off('admin-role-missing')
    expect(await feed.run()).toMatchObject({ outcome: 'ok' })
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })

  const everySixHours = Array.from({ length: 12 }, () => 6)
  test.each([
    ['for three days of runs', everySixHours, 0],
    ['for three days of runs, and its cursor is too old by then', everySixHours, 1],
    ['where the run before was a week ago', [7 * 24], 0],
    ['where the run before was a week ago, and its cursor is too old', [7 * 24], 1],
    ['for so short that nobody hears of it', [], 0],
  ])(
    'has everything once when the role is back that was missing %s',
    async (_told, pausesHours, logCursorDays) => {
      const { app, running, clock } = await busyOrg(2, 0.01)
      const { org } = running
      org.assumptions = { ...org.assumptions, logCursorDays }
      const feed = await feedScenario(kept.store, app)
      await feed.run()
      running.faults.on('admin-role-missing')
      clock.advance(HOUR_MS / 15)
      expect(await feed.run()).toMatchObject({ outcome: 'ok', report: { requests: 1 } })
      for (const hours of pausesHours) {
        clock.advance(hours * HOUR_MS)
        expect((await feed.run()).report.error?.code).toBe('role_missing')
      }
      running.faults.off('admin-role-missing')
      clock.advance(HOUR_MS / 15)
      expect(await feed.run()).toMatchObject({ outcome: 'ok', more: false })
      expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
      expect(await listGaps(kept.store, feed.feedId)).toEqual([])
    },
  )

  test('names the gap where the role was missing for longer than the org keeps events', async () => {
    const { app, running, clock } = await busyOrg(2, 0.01)
    const feed = await feedScenario(kept.store, app)
    await feed.run()
    const readUntil = clock.now()
    running.faults.on('admin-role-missing')
    running.traffic.stop()
    clock.advance(60 * DAY_MS)
    expect((await feed.run()).report.error?.code).toBe('role_missing')
    expect(await listGaps(kept.store, feed.feedId)).toEqual([])
    clock.advance(31 * DAY_MS)
    expect((await feed.run()).report.error?.code).toBe('role_missing')
    expect(await listGaps(kept.store, feed.feedId)).toMatchObject([
      { from_at: readUntil, to_at: new Date(clock.now().getTime() - 90 * DAY_MS) },
    ])
  })

  test('believes a log in which nothing happens, and asks whether it is shown every ten minutes', async () => {
    const { admin, running, clock } = await busyOrg(1)
    const feed = await feedScenario(kept.store, admin)
    await feed.run()
    running.traffic.stop()
    clock.advance(HOUR_MS)
    await feed.run()
    const requests: number[] = []
    for (let minute = 1; minute <= 20; minute++) {
      clock.advance(HOUR_MS / 60)
      const { outcome, report } = await feed.run()
      expect({ outcome, emitted: report.emitted }).toEqual({ outcome: 'ok', emitted: 0 })
      requests.push(report.requests)
    }
    const tenth = [...Array.from({ length: 9 }, () => 1), 2]
    expect(requests).toEqual([...tenth, ...tenth])
  })

  test('ends as failed with the remedy where the scope is missing, and goes on when it is there', async () => {
    const { app, running, client, credential } = await busyOrg(0.1)
    const feed = await feedScenario(kept.store, app)
    const org = client({ credential: { ...credential, scopes: ['okta.users.read'] } })
    const connections = { open: async () => ({ org, signal: new AbortController().signal }) }
    const failed = await feed.run({}, { connections })
    expect(failed).toMatchObject({
      outcome: 'failed',
      report: {
        error: { code: 'scope_not_granted', remedy: expect.stringContaining('okta.logs') },
      },
    })
    expect((await feed.run()).outcome).toBe('ok')
    expect(compare(feed.sinks.idsOf(), ledgerOf(running))).toEqual(complete)
  })
})
