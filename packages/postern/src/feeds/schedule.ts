/** @module Runs feeds when they are due. Each run sends the next one before it begins, so that nothing has to watch the clock. */

import { type Clock, PosternError } from '@postern/core'
import type { Jobs } from '../jobs/jobs.ts'
import type { Job } from '../jobs/queue-worker.ts'
import type { Log } from '../log.ts'
import type { RunTrigger } from '../store/feed-values.ts'
import {
  countFeeds,
  type FeedRow,
  holdFeedRow,
  listFeedsDueAfter,
  listScheduledFeeds,
  setNextRun,
} from '../store/feeds.ts'
import { keepPresent, readPresentSince } from '../store/presence.ts'
import type { Store } from '../store/store.ts'
import { mapAtMost } from './at-most.ts'
import { filterInTurns } from './in-turns.ts'
import { nextRun, nextRunAfterSetBack, soonUntil } from './next-run.ts'
import type { FinishedRun, RunFeedOptions } from './run-options.ts'

/** What {@link Schedules} works with. */
export interface SchedulesContext {
  readonly store: Store
  readonly jobs: Pick<Jobs, 'start' | 'work' | 'send' | 'cancel' | 'keys' | 'stop' | 'now'>
  readonly clock: Clock
  readonly log: Log
  /** Whether this process can run feeds at the moment. Default: always. */
  readonly isAble?: () => Promise<boolean>
  /** Runs a feed once; undefined where a run of it is under way elsewhere. */
  readonly run: (feedId: string, options: RunFeedOptions) => Promise<FinishedRun | undefined>
}

/** The queue of what is due. */
export const DUE_QUEUE = 'feed-due'

// A run that is this late was missed, where nobody was there when it was due.
const MISSED_AFTER_MS = 60_000

// Processes that run what is due. Whoever gives no sign of life for a minute is not there.
const PRESENCE = { name: 'feeds-due', seconds: 60 } as const
const PRESENT_EVERY_MS = 20_000

// Who died a moment ago holds the lease of the feed for half a minute yet.
const AGAIN_AFTER_MS = 5_000
// By then nobody holds it who does not live.
const HELD_WITHIN_MS = 35_000

// A database far away takes a moment for each; most of its connections stay with the runs.
const RESTORED_AT_ONCE = 4
const RECONCILE_EVERY_MS = 60_000
const COUNT_EVERY_MS = 60_000
const STOP_WITHIN_MS = 10_000

// Below it, clocks are set all day long.
const SET_BACK_MS = 60_000

/**
 * The schedules of all feeds. Any process changes them; those that have begun run what is due. The time is the database's, as it is for
 * the queue: processes whose clocks differ agree on what is due.
 */
export class Schedules {
  readonly #context: SchedulesContext
  readonly #stopped = new AbortController()
  #repeating: Promise<unknown> | undefined
  /** How far the queue's clock was ahead of one that is never set back, at most, since that was looked at. */
  #furthestMs = Number.POSITIVE_INFINITY
  #counted: { readonly feeds: number; readonly atMs: number } | undefined

  constructor(context: SchedulesContext) {
    this.#context = context
  }

  /**
   * Sends the next run of a feed in the place of the one that waits, in the transaction of the caller, and keeps when it is due.
   * A feed that is paused or has no schedule gets none.
   */
  async scheduleNext(feed: FeedRow): Promise<Date | undefined> {
    return this.#context.store.transaction(() => this.#sendNext(feed))
  }

  /** Takes back what waits of a feed that was paused or removed. A run under way ends by itself. */
  async unschedule(feedId: string): Promise<void> {
    const { store, jobs } = this.#context
    await store.transaction(async () => {
      await setNextRun(store, feedId, null)
      await jobs.cancel(DUE_QUEUE, feedId)
      await jobs.cancel(DUE_QUEUE, continuationOf(feedId))
      await jobs.cancel(DUE_QUEUE, secondTryOf(feedId))
    })
  }

  /** Begins to run what is due, `concurrency` feeds at a time. */
  async begin({ concurrency }: { readonly concurrency: number }): Promise<void> {
    const { jobs, isAble } = this.#context
    await jobs.start([DUE_QUEUE])
    await this.#keepPresent()
    await jobs.work(DUE_QUEUE, { concurrency, isAble }, (job) => this.#runDue(job))
    this.#repeating = Promise.all([
      this.#repeat(RECONCILE_EVERY_MS, () => this.reconcile(), 'schedules could not be restored'),
      this.#repeat(PRESENT_EVERY_MS, () => this.#keepPresent(), 'no sign of life could be given'),
    ])
  }

  /** Begins nothing more. Runs that are under way end at their next page; another process, or the next start, goes on. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#repeating
    await this.#context.jobs.stop({ withinMs: STOP_WITHIN_MS })
  }

  /** Sends what is missing: the next run of each feed that should have one and has none, or has one that is too far away. */
  async reconcile(): Promise<void> {
    await this.#restoreMissing()
    await this.#bringForward()
  }

  async #restoreMissing(): Promise<void> {
    const { store, jobs, log } = this.#context
    // First the feeds: one that is added meanwhile comes with its job.
    const ids = await listScheduledFeeds(store)
    const present = await jobs.keys(DUE_QUEUE)
    const missing = ids.filter((id) => !present.has(id))
    await mapAtMost(missing, RESTORED_AT_ONCE, async (id) => {
      if (!this.#stopped.signal.aborted) await this.#restore(id)
    })
    if (this.#stopped.signal.aborted) return
    if (missing.length > 0) log.info({ feeds: missing.length }, 'schedules were restored')
  }

  /** Where the clock was set back, or may have been while nobody was there, a feed would rest until it is as late again. */
  async #bringForward(): Promise<void> {
    const { store, log } = this.#context
    const now = await this.#now()
    const aheadMs = this.#aheadMs(now)
    // Little by little it is set back as well.
    if (this.#furthestMs - aheadMs < SET_BACK_MS) return
    const feeds = await this.#countFeeds()
    // Of a fleet that runs once a day none is due soon, and hardly one is due too late.
    const late = await filterInTurns(
      await listFeedsDueAfter(store, soonUntil(now)),
      (feed) => dueAfterSetBack(feed, { feeds, now }) !== undefined,
    )
    let brought = 0
    await mapAtMost(late, RESTORED_AT_ONCE, async ({ id }) => {
      if (!this.#stopped.signal.aborted && (await this.#bringForwardOne(id))) brought++
    })
    // Where one of them failed, it is looked at again.
    this.#furthestMs = aheadMs
    if (brought > 0) log.warn({ feeds: brought }, 'the clock was set back: feeds are due earlier')
  }

  /** What time it is. A clock that goes ahead for a moment only has been set back afterwards. */
  async #now(): Promise<Date> {
    const now = await this.#context.jobs.now()
    this.#furthestMs = Math.max(this.#furthestMs, this.#aheadMs(now))
    return now
  }

  #aheadMs(now: Date): number {
    return now.getTime() - this.#context.clock.monotonicMs()
  }

  async #bringForwardOne(feedId: string): Promise<boolean> {
    const { store } = this.#context
    const feeds = await this.#countFeeds()
    return store.transaction(async () => {
      const feed = await holdFeedRow(store, feedId)
      if (feed === undefined || feed.next_run_at === null || !isScheduled(feed)) return false
      const due = dueAfterSetBack(feed, { feeds, now: await this.#now() })
      if (due === undefined) return false
      await setNextRun(store, feedId, due)
      await this.#send(feed, due)
      return true
    })
  }

  async #repeat(everyMs: number, work: () => Promise<void>, failure: string): Promise<void> {
    const { clock, log } = this.#context
    const { signal } = this.#stopped
    while (!signal.aborted) {
      try {
        await work()
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, failure)
      }
      await clock.sleep(everyMs, { signal }).catch(() => undefined)
    }
  }

  async #keepPresent(): Promise<void> {
    const { store } = this.#context
    await keepPresent(store, PRESENCE, await this.#now())
  }

  /** A run that was due and got lost is sent as it was: whoever takes it sees how late it is. */
  async #restore(feedId: string): Promise<void> {
    const { store } = this.#context
    await store.transaction(async () => {
      const feed = await holdFeedRow(store, feedId)
      if (feed === undefined) return
      if (feed.next_run_at === null || !isScheduled(feed)) await this.#sendNext(feed)
      else await this.#send(feed, feed.next_run_at)
    })
  }

  async #runDue(job: Job): Promise<void> {
    const feedId = String(job.data['feedId'])
    if (job.data['trigger'] === 'continuation') return this.#run(feedId, 'continuation', job)
    const { store, log } = this.#context
    const due = new Date(String(job.data['due']))
    const now = await this.#now()
    const lateMs = now.getTime() - due.getTime()
    const { feed, isFirst } = await store.transaction(async () => {
      const found = await holdFeedRow(store, feedId)
      const isNext = found?.next_run_at?.getTime() === due.getTime()
      if (found !== undefined && isNext) await this.#sendNext(found, { now, last: due })
      return { feed: found, isFirst: isNext }
    })
    if (feed === undefined || !isScheduled(feed)) return
    // Of two jobs for one fire, one is done. Who died over it has sent the next run, but perhaps not run this one.
    if (!isFirst && !job.isRetry) return
    const isLate = lateMs > MISSED_AFTER_MS && !job.isRetry
    if (feed.missed === 'skip' && isLate && (await this.#wasNobodyThere(due))) {
      log.info({ feed: feed.name, lateMs }, 'a missed run is left out')
      return
    }
    await this.#run(feedId, 'schedule', job)
  }

  /** Whether nobody was there at a time: a run that waits for one who has time for it was not missed. */
  async #wasNobodyThere(at: Date): Promise<boolean> {
    const since = await readPresentSince(this.#context.store, PRESENCE.name)
    return since === undefined || at < since
  }

  async #run(feedId: string, trigger: RunTrigger, job: Job): Promise<void> {
    const { run, clock, log } = this.#context
    const inMs = async (waitMs: number) =>
      new Date((await this.#now()).getTime() + Math.max(0, waitMs))
    try {
      const finished = await run(feedId, { trigger, signal: job.signal })
      if (finished === undefined) {
        // It is being run; but perhaps by somebody who has died, over this very job or another one.
        if (trigger === 'schedule' && !job.isRetry) {
          return await this.#tryAgainAt(feedId, await inMs(HELD_WITHIN_MS))
        }
        if (job.data['isSecond'] === true && !job.isRetry) return
        return await this.#continueAt(feedId, await inMs(AGAIN_AFTER_MS))
      }
      const { more, retryAt } = finished
      if (more || job.signal.aborted) await this.#continueAt(feedId)
      else if (retryAt !== undefined)
        await this.#continueAt(feedId, await inMs(retryAt.getTime() - clock.now().getTime()))
    } catch (error) {
      if (!isOver(error)) throw error
      log.debug({ feedId, code: error.code }, 'a feed is not run any more')
    }
  }

  async #continueAt(feedId: string, startAfter?: Date): Promise<void> {
    const { jobs } = this.#context
    const data = { feedId, trigger: 'continuation' }
    await jobs.send(DUE_QUEUE, data, { key: continuationOf(feedId), startAfter })
  }

  /** Tries a fire a second time, that found its feed being run. */
  async #tryAgainAt(feedId: string, startAfter: Date): Promise<void> {
    const data = { feedId, trigger: 'continuation', isSecond: true }
    await this.#context.jobs.send(DUE_QUEUE, data, { key: secondTryOf(feedId), startAfter })
  }

  /** @param known - what time it is, where that was asked already, and when the run was due that the next one follows */
  async #sendNext(
    feed: FeedRow,
    known: { readonly now?: Date; readonly last?: Date } = {},
  ): Promise<Date | undefined> {
    const { store } = this.#context
    if (!isScheduled(feed)) return void (await this.unschedule(feed.id))
    const { id: feedId, cron: expression, timezone } = feed
    const { now = await this.#now(), last } = known
    const feeds = await this.#countFeeds()
    const due = nextRun({ expression, timezone }, { feedId, feeds, now, last })
    await setNextRun(store, feedId, due)
    await this.#send(feed, due)
    return due
  }

  async #send({ id: feedId }: FeedRow, due: Date): Promise<void> {
    const data = { feedId, due: due.toISOString() }
    await this.#context.jobs.send(DUE_QUEUE, data, { key: feedId, startAfter: due })
  }

  /** By how many feeds they are spread; a minute's age does not matter. */
  async #countFeeds(): Promise<number> {
    const { store, clock } = this.#context
    const atMs = clock.monotonicMs()
    if (this.#counted === undefined || atMs - this.#counted.atMs > COUNT_EVERY_MS) {
      this.#counted = { feeds: await countFeeds(store), atMs }
    }
    return this.#counted.feeds
  }
}

type WaitingFeed = Pick<FeedRow, 'id' | 'cron' | 'timezone' | 'next_run_at'>

function isScheduled(feed: FeedRow): feed is FeedRow & { readonly cron: string } {
  return feed.cron !== null && feed.paused_at === null
}

function dueAfterSetBack(
  { id: feedId, cron: expression, timezone, next_run_at: kept }: WaitingFeed,
  options: { readonly feeds: number; readonly now: Date },
): Date | undefined {
  if (expression === null || kept === null) return undefined
  return nextRunAfterSetBack({ expression, timezone }, kept, { feedId, ...options })
}

function continuationOf(feedId: string): string {
  return `${feedId}/continuation`
}

function secondTryOf(feedId: string): string {
  return `${feedId}/second`
}

/** Whether a feed was paused or removed since its job was sent. */
function isOver(error: unknown): error is PosternError {
  return (
    error instanceof PosternError &&
    (error.code === 'feed_paused' || error.code === 'feed_not_found')
  )
}
