/** @module Feeds of objects that are asked to pass on everything again. */

import type { Store } from './store.ts'

/** Asks a feed to begin a complete read with its next run, and to pass on every object that it sees. */
export async function askResync(store: Store, feedId: string, now: Date): Promise<void> {
  await store.db.updateTable('feed').set({ resync_at: now }).where('id', '=', feedId).execute()
}

/** When a feed was asked; undefined where nobody has since the last time. */
export async function readResyncAsked(store: Store, feedId: string): Promise<Date | undefined> {
  const feed = await store.db
    .selectFrom('feed')
    .select('resync_at')
    .where('id', '=', feedId)
    .executeTakeFirst()
  return feed?.resync_at ?? undefined
}

/** Notes that what was asked for has begun. Whoever asked later is heard by the run after this one. */
export async function beginResync(store: Store, feedId: string, askedAt: Date): Promise<void> {
  await store.db
    .updateTable('feed')
    .set({ resync_at: null })
    .where('id', '=', feedId)
    .where('resync_at', '=', askedAt)
    .execute()
}
