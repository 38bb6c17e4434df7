import { systemClock } from '@postern/core'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { hearStatements } from '../../../../test/heard-statements.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { FeedError } from '../../src/feeds/feed-error.ts'
import type { FinishedRun, RunFeedOptions } from '../../src/feeds/run-options.ts'
import { DUE_QUEUE, Schedules } from '../../src/feeds/schedule.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import { openLog } from '../../src/log.ts'
import { emptyReport } from '../../src/store/runs.ts'
import { endLeases } from './scene.ts'
import { loadFeed, setPaused, storeFeed } from './stored-feed.ts'

const log = openLog({ level: 'silent' })
const MINUTE_MS = 60_000
const YEARLY = '0 0 1 1 *'

interface Run extends RunFeedOptions {
  readonly feedId: string
}

describe.each(stores)('schedules of feeds on $name', ({ open }) => {
  let opened: TestStore
  const begun: Schedules[] = []

  beforeAll(async () => {
    opened = await open()
  })
  afterEach(async () => {
    await Promise.all(begun.splice(0).map((schedules) => schedules.stop()))
    await opened.store.db.deleteFrom('feed').execute()
  })
  afterAll(() => opened.close())

  /** Schedules of a process of their own, whose runs are told to `onRun`. */
  function openSchedules(
    onRun: (run: Run) => Promise<Partial<FinishedRun> | undefined>,
    jobs = new Jobs({ store: opened.store, log }),
  ) {
    const { store } = opened
    const schedules = new Schedules({
      store,
      jobs,
      clock: systemClock,
      log,
      run: async (feedId, options) => {
        const end = await onRun({ feedId, ...options })
        if (end === undefined) return undefined
        return { runId: 'run', outcome: 'ok', report: emptyReport, more: false, ...end }
      },
    })
    begun.push(schedules)
    return schedules
  }

  test('a feed that is due runs once, and the next run is sent before it begins', async () => {
    const ran = Promise.withResolvers<Run>()
    const feed = await storeFeed(opened.store, { nextRunAt: new Date() })
    const schedules = openSchedules(async (run) => {
      const { next_run_at: next } = await loadFeed(opened.store, feed.id)
      expect(next?.getTime()).toBeGreaterThan(Date.now())
      ran.resolve(run)
      return {}
    })
    await schedules.begin({ concurrency: 2 })
    expect(await ran.promise).toMatchObject({ feedId: feed.id, trigger: 'schedule' })
  })

  test('a run that is due asks the queue for the time once', async () => {
    const { store } = opened
    const jobs = new Jobs({ store, log })
    const asked = vi.spyOn(jobs, 'now')
    const timesAtRun = Promise.withResolvers<number>()
    const schedules = openSchedules(async () => {
      timesAtRun.resolve(asked.mock.calls.length)
      return {}
    }, jobs)
    await schedules.begin({ concurrency: 1 })
    // A sign of life before it takes work, and then one, and a look at the clock, as both are repeated.
    await expect.poll(() => asked.mock.calls.length).toBe(3)
    const due = new Date()
    const { id: feedId } = await storeFeed(store, { nextRunAt: due })
    await jobs.send(DUE_QUEUE, { feedId, due: due.toISOString() }, { key: feedId })
    expect(await timesAtRun.promise).toBe(4)
  })

  test('a run that was missed while nobody was there is made up for once', async () => {
    const runs: string[] = []
    const done = Promise.withResolvers<void>()
    const { store } = opened
    const feed = await storeFeed(store, { nextRunAt: new Date(Date.now() - 60 * MINUTE_MS) })
    const schedules = openSchedules(async ({ feedId }) => {
      runs.push(feedId)
      done.resolve()
      return {}
    })
    await schedules.begin({ concurrency: 1 })
    await done.promise
    expect(runs).toEqual([feed.id])
    const { next_run_at: next } = await loadFeed(store, feed.id)
    expect(next?.getTime()).toBeGreaterThan(Date.now())
  })

  test('a feed that skips what it missed waits for its next fire', async () => {
    const { store } = opened
    await endLeases(store)
    const nextRunAt = new Date(Date.now() - 60 * MINUTE_MS)
    const skipping = await storeFeed(store, { nextRunAt, missed: 'skip' })
    const ran = Promise.withResolvers<string>()
    const schedules = openSchedules(async ({ feedId }) => {
      ran.resolve(feedId)
      return {}
    })
    await schedules.begin({ concurrency: 1 })
    await schedules.reconcile()
    // Whatever comes first is taken first.
    const other = await storeFeed(store, { nextRunAt: new Date() })
    await schedules.reconcile()
    expect(await ran.promise).toBe(other.id)
    await expect
      .poll(async () => (await loadFeed(store, skipping.id)).next_run_at?.getTime())
      .toBeGreaterThan(Date.now())
  })

  test('a feed that skips what it missed runs late where processes were there and busy', async () => {
    const { store } = opened
    const busy = openSchedules(async () => ({}))
    await endLeases(store)
    await busy.begin({ concurrency: 1 })
    await busy.stop()
    // As if it had begun two hours ago.
    const holder = new Date(Date.now() - 120 * MINUTE_MS).toISOString()
    await store.db.updateTable('lease').set({ holder }).where('name', '=', 'feeds-due').execute()
    const nextRunAt = new Date(Date.now() - 60 * MINUTE_MS)
    const late = await storeFeed(store, { nextRunAt, missed: 'skip' })
    const ran = Promise.withResolvers<string>()
    const schedules = openSchedules(async ({ feedId }) => {
      ran.resolve(feedId)
      return {}
    })
    await schedules.begin({ concurrency: 1 })
    expect(await ran.promise).toBe(late.id)
  })

  test('a paused feed has no next run, and one that is resumed has', async () => {
    const { store } = opened
    const schedules = openSchedules(async () => ({}))
    await schedules.begin({ concurrency: 1 })
    const feed = await storeFeed(store)
    expect(await schedules.scheduleNext(feed)).toBeInstanceOf(Date)
    const paused = await setPaused(store, feed.id, new Date())
    expect(await schedules.scheduleNext(paused)).toBeUndefined()
    expect((await loadFeed(store, feed.id)).next_run_at).toBeNull()
    const resumed = await setPaused(store, feed.id, null)
    const due = await schedules.scheduleNext(resumed)
    expect((await loadFeed(store, feed.id)).next_run_at).toEqual(due)
  })

  test('a schedule that is rolled back leaves no job', async () => {
    const { store } = opened
    const jobs = new Jobs({ store, log })
    await jobs.start([DUE_QUEUE])
    onTestFinished(() => jobs.stop())
    // Not begun: it would send what is missing.
    const schedules = openSchedules(async () => ({}))
    const feed = await storeFeed(store)
    const rolledBack = store.transaction(async () => {
      await schedules.scheduleNext(feed)
      expect(await jobs.keys(DUE_QUEUE)).toContain(feed.id)
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    expect(await jobs.keys(DUE_QUEUE)).not.toContain(feed.id)
    expect((await loadFeed(store, feed.id)).next_run_at).toBeNull()
  })

  test('a feed without its job is given one again', async () => {
    const { store } = opened
    const jobs = new Jobs({ store, log })
    const schedules = openSchedules(async () => ({}))
    await schedules.begin({ concurrency: 1 })
    const feed = await storeFeed(store)
    await schedules.reconcile()
    expect(await jobs.keys(DUE_QUEUE)).toContain(feed.id)
    await jobs.cancel(DUE_QUEUE, feed.id)
    await schedules.reconcile()
    expect(await jobs.keys(DUE_QUEUE)).toContain(feed.id)
  })

  test('a process that begins holds no feed that is due in time, however far away that is', async () => {
    const { store } = opened
    const jobs = new Jobs({ store, log })
    await jobs.start([DUE_QUEUE])
    onTestFinished(() => jobs.stop())
    const first = openSchedules(async () => ({}))
    const [yearly, late] = [
      await storeFeed(store, { cron: YEARLY }),
      await storeFeed(store, { cron: '0 * * * *' }),
    ]
    for (const feed of [yearly, late]) await first.scheduleNext(feed)
    const due = new Date(Date.now() + 86_400_000)
    await store.db.updateTable('feed').set({ next_run_at: due }).where('id', '=', late.id).execute()
    // It does not know whether the clock was set back before.
    const second = openSchedules(async () => ({}))
    const heard = await hearStatements(store, () => second.reconcile())
    const held = heard.filter(({ text }) => /from "feed" .*for update/.test(text))
    expect(held.map(({ values }) => values)).toEqual([[late.id]])
    expect((await loadFeed(store, late.id)).next_run_at?.getTime()).toBeLessThan(due.getTime())
  })

  test('a run that has more to do goes on at once', async () => {
    const { store } = opened
    const triggers: string[] = []
    const done = Promise.withResolvers<void>()
    await storeFeed(store, { cron: YEARLY, nextRunAt: new Date() })
    const schedules = openSchedules(async ({ trigger }) => {
      triggers.push(trigger)
      if (triggers.length === 3) done.resolve()
      return { more: triggers.length < 3 }
    })
    await schedules.begin({ concurrency: 1 })
    await done.promise
    expect(triggers).toEqual(['schedule', 'continuation', 'continuation'])
  })

  test('a fire that finds its feed held is tried once more when whoever had died would hold it no longer', async () => {
    const { store } = opened
    const jobs = new Jobs({ store, log })
    const triggers: string[] = []
    const feed = await storeFeed(store, { nextRunAt: new Date() })
    const schedules = openSchedules(async ({ trigger }) => {
      triggers.push(trigger)
      return undefined
    })
    await schedules.begin({ concurrency: 1 })
    const key = `${feed.id}/second`
    const isOf = sql`name = ${DUE_QUEUE} and singleton_key = ${key}`
    const waiting = async () => {
      const { rows } = await sql`
        select start_after > now() + interval '31 seconds' as later from pgboss.job
        where ${isOf} and state = 'created'`.execute(store.db)
      return rows
    }
    await expect.poll(waiting, { timeout: 10_000 }).toEqual([{ later: true }])
    await sql`update pgboss.job set start_after = now() where ${isOf}`.execute(store.db)
    await expect.poll(() => triggers, { timeout: 10_000 }).toEqual(['schedule', 'continuation'])
    // Now somebody lives who holds it, and runs it.
    await expect.poll(() => jobs.keys(DUE_QUEUE)).not.toContain(key)
  })

  test('a feed that was paused is not tried a second time', async () => {
    const { store } = opened
    const jobs = new Jobs({ store, log })
    const feed = await storeFeed(store, { nextRunAt: new Date() })
    const schedules = openSchedules(async () => undefined)
    await schedules.begin({ concurrency: 1 })
    const keys = async () =>
      [...(await jobs.keys(DUE_QUEUE))].filter((key) => key.startsWith(feed.id))
    await expect.poll(keys, { timeout: 10_000 }).toContain(`${feed.id}/second`)
    await schedules.unschedule(feed.id)
    await expect.poll(keys).toEqual([])
  })

  test('a feed that was paused or removed meanwhile is no failure', async () => {
    const { store } = opened
    const ran: string[] = []
    const done = Promise.withResolvers<void>()
    const schedules = openSchedules(async ({ feedId }) => {
      await setPaused(store, feedId, new Date())
      await schedules.unschedule(feedId)
      if (ran.push(feedId) === 2) done.resolve()
      throw new FeedError('feed_paused', 'The feed is paused.', { remedy: 'Resume it.' })
    })
    for (const nextRunAt of [new Date(), new Date()]) await storeFeed(store, { nextRunAt })
    await schedules.begin({ concurrency: 1 })
    await done.promise
    // What is stopped in the middle is given back, so the second one has to be over.
    const jobs = new Jobs({ store, log })
    const left = async () => {
      const keys = await jobs.keys(DUE_QUEUE)
      return ran.filter((id) => keys.has(id))
    }
    await expect.poll(left).toEqual([])
    await schedules.stop()
  })

  test('a process that stops lets its runs end, and the next one goes on with them', async () => {
    const { store } = opened
    const feed = await storeFeed(store, { cron: YEARLY, nextRunAt: new Date() })
    const started = Promise.withResolvers<void>()
    const first = openSchedules(
      ({ signal }) =>
        new Promise((resolve) => {
          started.resolve()
          signal?.addEventListener('abort', () => resolve({ outcome: 'interrupted' }))
        }),
    )
    await first.begin({ concurrency: 1 })
    await started.promise
    await first.stop()
    const goneOn = Promise.withResolvers<Run>()
    const second = openSchedules(async (run) => {
      goneOn.resolve(run)
      return {}
    })
    await second.begin({ concurrency: 1 })
    expect(await goneOn.promise).toMatchObject({ feedId: feed.id, trigger: 'continuation' })
  })
})
