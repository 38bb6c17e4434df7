/** @module Feeds of objects that are asked to pass on everything again, and what else people ask of their next run. */

import type { HeldDeletions } from './feed-values.ts'
import type { Store } from './store.ts'

/** Asks a feed to begin a complete read with its next run, and to pass on every object that it sees. */
export async function askResync(store: Store, feedId: string, now: Date): Promise<void> {
  await store.db.updateTable('feed').set({ resync_at: now }).where('id', '=', feedId).execute()
}

/** What a run has to know of what people asked for. */
export interface Asked {
  /** The deletions that are held back, and perhaps confirmed. */
  readonly held: HeldDeletions | undefined
  /** When everything was asked for; undefined where nobody has since the last time. */
  readonly askedAt: Date | undefined
}

/** What people asked of a feed's next run. */
export async function readAsked(store: Store, feedId: string): Promise<Asked> {
  const feed = await store.db
    .selectFrom('feed')
    .select(['held', 'resync_at'])
    .where('id', '=', feedId)
    .executeTakeFirst()
  return { held: feed?.held ?? undefined, askedAt: feed?.resync_at ?? undefined }
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
