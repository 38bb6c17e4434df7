/** @module The table of what each feed has spooled, and of who may go on: its owner. */

import type { Selectable } from 'kysely'
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

/**
 * The state of a feed whose owner has this epoch, which nobody changes until the transaction ends. Undefined where another
 * one owns it by now, or it was removed.
 */
export function holdFeed(
  store: Store,
  feedId: string,
  epoch: number,
): Promise<FeedStateRow | undefined> {
  return store.db
    .selectFrom('feed_state')
    .selectAll()
    .where('feed_id', '=', feedId)
    .where('epoch', '=', epoch)
    .forUpdate()
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
