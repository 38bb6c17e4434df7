/** @module The feeds that are kept: added, looked at, changed, run and removed by name. */

import { getInput } from '@postern/core'
import type { FeedChangeMembers, FeedMembers, FeedPreviewMembers } from '../config/feed-members.ts'
import type { Connections } from '../connections/connections.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  type DeadLetterPage,
  type DeadLetterRow,
  listDeadLetters,
  removeDeadLetters,
} from '../store/dead-letters.ts'
import { addFeedSink, listFeedSinks, removeFeedSink } from '../store/feed-sinks.ts'
import {
  deleteFeed,
  findFeed,
  holdConnection,
  insertFeed,
  type NamedFeedRow,
  updateFeed,
} from '../store/feeds.ts'
import { type GapRow, listGaps } from '../store/gaps.ts'
import { countFeedsByCondition, type FeedsQuery, listFeeds } from '../store/list-feeds.ts'
import { clearRemovedFeed } from '../store/removed-feeds.ts'
import { askResync } from '../store/resync.ts'
import { listRuns, type RunRow } from '../store/runs.ts'
import { holdSinks } from '../store/sinks.ts'
import { confirmDeletions } from './confirm-deletions.ts'
import type { FeedsContext } from './context.ts'
import { type RetriedLetters, retryDeadLetters } from './dead-letters.ts'
import { type FeedPlan, judgeChange, judgeNewFeed } from './declared-feed.ts'
import { estimateBackfill } from './estimate.ts'
import {
  feedChanged,
  feedExists,
  feedNotFound,
  feedRetrying,
  feedRunning,
  feedWithoutObjects,
} from './feed-refusals.ts'
import { type FeedView, viewFeed, viewFeeds } from './feed-view.ts'
import { previewFeed, previewNewFeed } from './preview.ts'
import { runFeed } from './run.ts'
import type { FinishedRun, RunFeedOptions } from './run-options.ts'
import type { Schedules } from './schedule.ts'
import { sinkNotFound } from './sink-refusals.ts'
import type { Sinks } from './sinks.ts'

/** What {@link Feeds} works with. */
export interface FeedsParts extends FeedsContext {
  readonly connections: Connections
  readonly schedules: Pick<Schedules, 'scheduleNext' | 'unschedule'>
  readonly sinks: Pick<Sinks, 'addPlain'>
}

/** The feeds of a store. */
export class Feeds {
  readonly #context: FeedsParts

  constructor(context: FeedsParts) {
    this.#context = context
  }

  /**
   * Keeps a feed, which begins with its next fire.
   *
   * @throws {FeedError} `feed_invalid` with every value that cannot be used, `feed_exists`
   */
  async add(members: FeedMembers, by: Caller): Promise<FeedView> {
    const { store, connections, sinks, schedules, clock } = this.#context
    const { feed, connection, plainKinds } = await judgeNewFeed(this.#context, members)
    return store.transaction(async () => {
      if (!(await holdConnection(store, connection.id))) await connections.get(connection.name)
      if (!(await insertFeed(store, feed, clock.now()))) throw feedExists(feed.name)
      for (const kind of plainKinds) await sinks.addPlain(kind, by)
      await this.#addSinks(feed.id, members.sinks)
      const row = await this.find(feed.name)
      await schedules.scheduleNext(row)
      const { input } = feed
      await this.#audit('feed.add', row, by, { input, sinks: members.sinks, cron: feed.cron })
      return viewFeed(store, await this.find(feed.name), clock.now())
    })
  }

  /** What adding a feed would come to; nothing is kept. @throws {FeedError} `feed_invalid` */
  async plan(members: FeedMembers, signal?: AbortSignal): Promise<FeedPlan> {
    const { feed, plan } = await judgeNewFeed(this.#context, members)
    if (feed.input !== 'system-log') {
      const basis = 'Okta tells no counts of these before they are read.'
      return { ...plan, estimate: { basis } }
    }
    const { org } = await this.#context.connections.open(plan.connection)
    const options = { clock: this.#context.clock, signal }
    return { ...plan, estimate: await estimateBackfill(org, feed.settings.since, options) }
  }

  /** Feeds by name, those of `connections` alone where they are given. */
  async list(which: FeedsQuery): Promise<readonly FeedView[]> {
    const { store, clock } = this.#context
    return viewFeeds(store, await listFeeds(store, which), clock.now())
  }

  /** How many feeds there are of those that are asked for, by how they are. */
  count(
    which: Parameters<typeof countFeedsByCondition>[1],
  ): ReturnType<typeof countFeedsByCondition> {
    return countFeedsByCondition(this.#context.store, which)
  }

  /** @throws {FeedError} `feed_not_found` */
  async get(name: string): Promise<FeedView> {
    return viewFeed(this.#context.store, await this.find(name), this.#context.clock.now())
  }

  /** A feed as it is kept. @throws {FeedError} `feed_not_found` */
  async find(name: string): Promise<NamedFeedRow> {
    const row = await findFeed(this.#context.store, name)
    if (row === undefined) throw feedNotFound()
    return row
  }

  /**
   * Changes a feed. A sink that is added takes what is read from now on; a feed of objects passes on every object again for it.
   * One that is taken out lets go what waits for it.
   *
   * @throws {FeedError} `feed_fixed` for another connection, input or beginning; `feed_invalid`, `feed_changed`
   */
  async update(name: string, change: FeedChangeMembers, by: Caller): Promise<FeedView> {
    const { store, sinks, schedules, clock } = this.#context
    const row = await this.find(name)
    const { changed, plainKinds } = await judgeChange(store, row, change)
    return store.transaction(async () => {
      if (!(await updateFeed(store, row, changed, clock.now()))) throw feedChanged(name)
      for (const kind of plainKinds) await sinks.addPlain(kind, by)
      if (change.sinks !== undefined) await this.#replaceSinks(row, change.sinks)
      await schedules.scheduleNext(await this.find(name))
      await this.#audit('feed.update', row, by, { fields: Object.keys(change).sort() })
      return this.get(name)
    })
  }

  /** Removes a feed with its cursors and what is spooled, and ends its run. What its sinks have stays there. */
  async remove(name: string, by: Caller): Promise<void> {
    const { store, schedules, log } = this.#context
    const { id } = await store.transaction(async () => {
      const row = await this.find(name)
      await schedules.unschedule(row.id)
      if (!(await deleteFeed(store, row.id))) throw feedNotFound()
      await this.#audit('feed.remove', row, by, { input: row.input })
      return row
    })
    try {
      await clearRemovedFeed(store, id)
    } catch (error) {
      // The feed is gone all the same; the hourly work finds what is left.
      log.error({ err: error, feed: name }, 'what a removed feed has left is still there')
    }
  }

  /** Lets a feed rest: its run ends at the next page, and no other begins. */
  pause(name: string, by: Caller): Promise<FeedView> {
    return this.#setPaused(name, this.#context.clock.now(), by)
  }

  /** Lets a feed go on where it was. */
  resume(name: string, by: Caller): Promise<FeedView> {
    return this.#setPaused(name, null, by)
  }

  /**
   * Runs a feed now, until there is nothing more to do at once.
   *
   * @param options.verify - compares what it has read with the org's log too.
   * @throws {FeedError} `feed_not_found`, `feed_paused`, `feed_running`
   */
  async run(
    name: string,
    by: Caller,
    options: Pick<RunFeedOptions, 'signal' | 'onProgress' | 'verify'> = {},
  ): Promise<FinishedRun> {
    const row = await this.find(name)
    await this.#audit(options.verify ? 'feed.verify' : 'feed.run', row, by, {})
    for (let trigger: 'request' | 'continuation' = 'request'; ; trigger = 'continuation') {
      const finished = await runFeed(this.#context, row.id, { ...options, trigger })
      if (finished === undefined) throw feedRunning(name)
      if (!finished.more || options.signal?.aborted) return finished
    }
  }

  /**
   * Asks a feed of objects to pass on every object again, and every deletion: its next run begins a complete read. Sinks that keep
   * objects by their ids write only what differs from what they have; those that append get each once more, as its next version.
   *
   * @throws {FeedError} `feed_not_found`; `feed_without_objects` for the System Log
   */
  async resync(name: string, by: Caller): Promise<FeedView> {
    const { store, clock } = this.#context
    return store.transaction(async () => {
      const row = await this.find(name)
      if (!hasObjects(row)) throw feedWithoutObjects(name)
      await askResync(store, row.id, clock.now())
      await this.#audit('feed.resync', row, by, {})
      return this.get(name)
    })
  }

  /** Runs of a feed, the newest first. @throws {FeedError} `feed_not_found` */
  async runs(name: string, limit: number): Promise<readonly RunRow[]> {
    return listRuns(this.#context.store, (await this.find(name)).id, limit)
  }

  /** What of the org's history a feed could not read. @throws {FeedError} `feed_not_found` */
  async gaps(name: string): Promise<readonly GapRow[]> {
    return listGaps(this.#context.store, (await this.find(name)).id)
  }

  /** Confirms deletions that are held back. @throws {FeedError} `feed_not_found`, `feed_nothing_held` */
  async confirmDeletions(name: string, generation: number, by: Caller): Promise<FeedView> {
    const { store, clock } = this.#context
    return store.transaction(async () => {
      const row = await this.find(name)
      const { missing } = await confirmDeletions(store, row.id, generation, clock.now())
      await this.#audit('feed.confirm-deletions', row, by, { generation, missing })
      return this.get(name)
    })
  }

  /** Records of a feed that were set aside, the newest first, each with its sink's name. @throws {FeedError} `feed_not_found` */
  async deadLetters(
    name: string,
    page: DeadLetterPage,
  ): Promise<readonly (DeadLetterRow & { readonly sink: string | undefined })[]> {
    const { store } = this.#context
    const { id } = await this.find(name)
    const sinks = await listFeedSinks(store, id)
    const nameOf = (sinkId: string) => sinks.find(({ sink }) => sink.id === sinkId)?.sink.name
    const letters = await listDeadLetters(store, id, page)
    return letters.map((letter) => ({ ...letter, sink: nameOf(letter.sink_id) }))
  }

  /**
   * Sends records of a feed that were set aside to their sinks again; those that they have now are dropped.
   *
   * @throws {FeedError} `feed_not_found`, `feed_running`, `feed_retrying`; {@link SinkError} where a sink takes nothing.
   */
  async retryDeadLetters(name: string, by: Caller, signal?: AbortSignal): Promise<RetriedLetters> {
    const row = await this.find(name)
    await this.#audit('feed.retry-dead-letters', row, by, {})
    const retried = await retryDeadLetters(this.#context, row, signal)
    if (retried === undefined) throw feedRetrying(name)
    return retried
  }

  /** Drops records of a feed that were set aside. @returns how many there were. @throws {FeedError} `feed_not_found` */
  async dropDeadLetters(name: string, by: Caller): Promise<number> {
    const { store } = this.#context
    return store.transaction(async () => {
      const row = await this.find(name)
      const dropped = await removeDeadLetters(store, row.id)
      await this.#audit('feed.update', row, by, { droppedDeadLetters: dropped })
      return dropped
    })
  }

  /** The first ten records that a feed would read from its beginning, as Okta sends them. Nothing is kept. */
  async preview(name: string, signal?: AbortSignal): Promise<readonly Uint8Array[]> {
    const row = await this.find(name)
    const { org } = await this.#context.connections.open(row.connection)
    return previewFeed(org, row, signal)
  }

  /** The same of a feed that nobody has added. @throws {FeedError} `feed_invalid` */
  async previewNew(
    { connection, ...members }: FeedPreviewMembers,
    signal?: AbortSignal,
  ): Promise<readonly Uint8Array[]> {
    const { org } = await this.#context.connections.open(connection)
    return previewNewFeed(org, members, signal)
  }

  /** Writes a deed down, in the transaction of the caller. */
  #audit(
    action: string,
    { name, connection }: Pick<NamedFeedRow, 'name' | 'connection'>,
    by: Caller,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const entry = { ...by, action, connection, target: name, outcome: 'ok', details }
    return appendAudit(this.#context.store, entry, this.#context.clock.now())
  }

  async #addSinks(feedId: string, names: readonly string[]): Promise<void> {
    const { store } = this.#context
    const rows = await holdSinks(store, names)
    for (const name of names) {
      const row = rows.find((one) => one.name === name)
      if (row === undefined) throw sinkNotFound()
      await addFeedSink(store, { feedId, sinkId: row.id })
    }
  }

  async #replaceSinks(row: NamedFeedRow, names: readonly string[]): Promise<void> {
    const { store, clock } = this.#context
    const { id: feedId } = row
    const before = await listFeedSinks(store, feedId)
    for (const { sink } of before) {
      if (!names.includes(sink.name)) await removeFeedSink(store, { feedId, sinkId: sink.id })
    }
    const added = names.filter((name) => !before.some(({ sink }) => sink.name === name))
    await this.#addSinks(feedId, added)
    if (added.length > 0 && hasObjects(row)) await askResync(store, feedId, clock.now())
  }

  async #setPaused(name: string, pausedAt: Date | null, by: Caller): Promise<FeedView> {
    const { store, schedules, clock } = this.#context
    return store.transaction(async () => {
      const row = await this.find(name)
      if ((row.paused_at === null) === (pausedAt === null)) return this.get(name)
      if (!(await updateFeed(store, row, { pausedAt }, clock.now()))) throw feedChanged(name)
      await schedules.scheduleNext(await this.find(name))
      await this.#audit(pausedAt === null ? 'feed.resume' : 'feed.pause', row, by, {})
      return this.get(name)
    })
  }
}

/** Whether a feed keeps a copy of objects, rather than reading events once. */
function hasObjects({ input }: NamedFeedRow): boolean {
  return getInput(input).mirrored !== undefined
}
