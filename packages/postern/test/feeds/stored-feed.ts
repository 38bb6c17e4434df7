/** @module A feed in the tables: the usual one, with what a test says of it, and its sinks. */

import { randomUUID } from 'node:crypto'
import { addFeedSink } from '../../src/store/feed-sinks.ts'
import type { MissedPolicy } from '../../src/store/feed-values.ts'
import {
  type FeedRow,
  insertFeed,
  type NewFeed,
  readFeed,
  setNextRun,
} from '../../src/store/feeds.ts'
import type { Store } from '../../src/store/store.ts'

/** Keeps a feed of the System Log without a schedule, of no connection, but for what is given. */
export async function keepFeed(
  store: Store,
  feed: Partial<NewFeed> & Pick<NewFeed, 'id' | 'name'>,
  options: { readonly now?: Date; readonly sinkIds?: readonly string[] } = {},
): Promise<void> {
  const { now = new Date(), sinkIds = [] } = options
  const usual: Omit<NewFeed, 'id' | 'name'> = {
    ...{ connectionId: 'none', input: 'system-log', settings: {}, pausedAt: undefined },
    ...{ cron: undefined, timezone: 'UTC', missed: 'run' },
  }
  await insertFeed(store, { ...usual, ...feed }, now)
  for (const sinkId of sinkIds) await addFeedSink(store, { feedId: feed.id, sinkId })
}

/** What is not the usual of a feed with a schedule. */
export interface StoredFeedOptions {
  readonly cron?: string | null
  readonly timezone?: string
  readonly missed?: MissedPolicy
  readonly nextRunAt?: Date
}

/** Keeps a feed that is due every five minutes, and that nothing could read. */
export async function storeFeed(store: Store, options: StoredFeedOptions = {}): Promise<FeedRow> {
  const { cron = '*/5 * * * *', timezone = 'UTC', missed = 'run', nextRunAt } = options
  const id = randomUUID()
  await keepFeed(store, { id, name: `feed-${id}`, cron: cron ?? undefined, timezone, missed })
  if (nextRunAt !== undefined) await setNextRun(store, id, nextRunAt)
  return loadFeed(store, id)
}

/** The feed as it is now. */
export async function loadFeed(store: Store, id: string): Promise<FeedRow> {
  const feed = await readFeed(store, id)
  if (feed === undefined) throw new Error('The feed is gone.')
  return feed
}

/** Pauses a feed, or resumes it. */
export async function setPaused(store: Store, id: string, at: Date | null): Promise<FeedRow> {
  await store.db.updateTable('feed').set({ paused_at: at }).where('id', '=', id).execute()
  return loadFeed(store, id)
}
