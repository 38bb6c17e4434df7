/** @module A feed in the tables, with a schedule and without anything that it could read. */

import { randomUUID } from 'node:crypto'
import type { MissedPolicy } from '../../src/store/feed-values.ts'
import { type FeedRow, readFeed } from '../../src/store/feeds.ts'
import type { Store } from '../../src/store/store.ts'

/** What is not the usual of a feed. */
export interface StoredFeedOptions {
  readonly cron?: string | null
  readonly timezone?: string
  readonly missed?: MissedPolicy
  readonly nextRunAt?: Date
}

/** Keeps a feed that is due every five minutes. */
export async function storeFeed(store: Store, options: StoredFeedOptions = {}): Promise<FeedRow> {
  const { cron = '*/5 * * * *', timezone = 'UTC', missed = 'run', nextRunAt } = options
  const id = randomUUID()
  const now = new Date()
  await store.db
    .insertInto('feed')
    .values({
      id,
      name: `feed-${id}`,
      connection_id: 'none',
      input: 'system-log',
      settings: '{}',
      cron,
      timezone,
      missed,
      paused_at: null,
      next_run_at: nextRunAt ?? null,
      held: null,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .execute()
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
