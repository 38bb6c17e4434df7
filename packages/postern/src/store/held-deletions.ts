/** @module Deletions of a feed that are held back until a person confirms them. */

import type { HeldDeletions } from './feed-values.ts'
import { holdFeedRow } from './feeds.ts'
import type { Store } from './store.ts'

/** What a feed holds back; undefined where that is nothing. */
export async function readHeldDeletions(
  store: Store,
  feedId: string,
): Promise<HeldDeletions | undefined> {
  const feed = await store.db
    .selectFrom('feed')
    .select('held')
    .where('id', '=', feedId)
    .executeTakeFirst()
  return feed?.held ?? undefined
}

/** What a feed holds back, which nobody else changes until the transaction ends. */
export async function holdHeldDeletions(
  store: Store,
  feedId: string,
): Promise<HeldDeletions | undefined> {
  return (await holdFeedRow(store, feedId))?.held ?? undefined
}

/** Holds deletions back, or nothing any more. */
export async function putHeldDeletions(
  store: Store,
  feedId: string,
  held: HeldDeletions | undefined,
): Promise<void> {
  await store.db
    .updateTable('feed')
    .set({ held: held === undefined ? null : JSON.stringify(held) })
    .where('id', '=', feedId)
    .execute()
}
