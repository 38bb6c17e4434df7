/** @module The table of what each feed has spooled, and of who may go on: its owner. */

import type { Selectable } from 'kysely'
import type { FeedRow } from './feeds.ts'
import type { FeedStateTable } from './schema.ts'
import { dropConfirmed, type SpoolSize } from './spool.ts'
import type { Store } from './store.ts'

/** What a feed has spooled. */
export type FeedStateRow = Readonly<Selectable<FeedStateTable>>

/** Makes the caller the owner of a feed: who owned it before writes nothing from now on. */
export function takeFeed(store: Store, feedId: string): Promise<FeedStateRow> {
  return store.db
    .insertInto('feed_state')
    .values({ feed_id: feedId, epoch: 1, seq: 0, spool_records: 0, spool_bytes: 0 })
    .onConflict((conflict) =>
      conflict.column('feed_id').doUpdateSet((update) => ({
        epoch: update('feed_state.epoch', '+', 1),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** What a feed has spooled, and since when it is paused; null: it is not. */
export type HeldFeed = FeedStateRow & Pick<FeedRow, 'paused_at'>

/**
 * The state of a feed whose owner has this epoch, which nobody changes until the transaction ends. Undefined where another
 * one owns it by now, or it was removed.
 */
export function holdFeed(
  store: Store,
  feedId: string,
  epoch: number,
): Promise<HeldFeed | undefined> {
  return store.db
    .selectFrom('feed_state')
    .innerJoin('feed', 'feed.id', 'feed_state.feed_id')
    .selectAll('feed_state')
    .select('feed.paused_at')
    .where('feed_state.feed_id', '=', feedId)
    .where('feed_state.epoch', '=', epoch)
    .forUpdate('feed_state')
    .executeTakeFirst()
}

/** Keeps what of the state of a held feed changed. */
export async function updateFeedState(
  store: Store,
  { feed_id, epoch, seq, spool_records, spool_bytes }: FeedStateRow,
): Promise<void> {
  await store.db
    .updateTable('feed_state')
    .set({ seq, spool_records, spool_bytes })
    .where('feed_id', '=', feed_id)
    .where('epoch', '=', epoch)
    .execute()
}

/** Drops what every sink of a held feed has confirmed. @returns what was dropped. */
export async function shrinkSpool(store: Store, held: FeedStateRow): Promise<SpoolSize> {
  const dropped = await dropConfirmed(store, held.feed_id)
  if (dropped.records === 0) return dropped
  const state = {
    ...held,
    spool_records: held.spool_records - dropped.records,
    spool_bytes: held.spool_bytes - dropped.bytes,
  }
  await updateFeedState(store, state)
  return dropped
}
