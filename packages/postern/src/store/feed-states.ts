/** @module The table of what each feed has spooled, and of who may go on: its owner. */

import type { JsonObject } from '@postern/core'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { FeedRow } from './feeds.ts'
import type { FeedStateTable } from './schema.ts'
import type { NewBatch, SpoolSize } from './spool.ts'
import type { Store } from './store.ts'

/** What a feed has spooled. */
export type FeedStateRow = Readonly<Selectable<FeedStateTable>>

/**
 * Makes the caller the owner of a feed: who owned it before writes nothing from now on. Runs that are still open are those of
 * owners that died: they were interrupted.
 */
export function takeFeed(store: Store, feedId: string, now: Date): Promise<FeedStateRow> {
  return store.db
    .with('closed', (db) =>
      db
        .updateTable('run')
        .set({ outcome: 'interrupted', ended_at: now })
        .where('feed_id', '=', feedId)
        .where('outcome', 'is', null),
    )
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

/** A batch that a sink has confirmed, and where it stands behind it. */
export interface ConfirmedBatch {
  readonly sinkId: string
  readonly seq: number
  readonly position: JsonObject | undefined
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

/** Spools a batch of a held feed, with the state of the stream behind it, in one statement. */
export async function storeBatch(
  store: Store,
  { feed_id: feedId, epoch }: FeedStateRow,
  stream: { readonly name: string; readonly state: JsonObject },
  { seq, packed, readAt, replay }: NewBatch,
): Promise<void> {
  const { records, bytes, body } = packed
  await sql`
    with stream as (
      insert into feed_stream (feed_id, name, state, updated_at)
      values (${feedId}, ${stream.name}, ${JSON.stringify(stream.state)}, ${readAt})
      on conflict (feed_id, name) do update
      set state = excluded.state, updated_at = excluded.updated_at
    ), batch as (
      insert into spool (feed_id, seq, records, bytes, body, read_at, replay)
      values (${feedId}, ${seq}, ${records}, ${bytes}, ${body}, ${readAt}, ${replay})
    )
    update feed_state set seq = ${seq}, spool_records = spool_records + ${records},
      spool_bytes = spool_bytes + ${bytes}
    where feed_id = ${feedId} and epoch = ${epoch}`.execute(store.db)
}

/** Drops what every sink of a held feed has confirmed. @returns what was dropped. */
export async function shrinkSpool(
  store: Store,
  { feed_id: feedId, epoch }: FeedStateRow,
): Promise<SpoolSize> {
  const { rows } = await sql<SpoolSize>`
    with ${confirmedDropped({ feedId, epoch }, sql`seq`)}
    select records, bytes from total`.execute(store.db)
  return sizeIn(rows)
}

/**
 * Moves the offset of a sink of a held feed to the next batch, and drops what every sink has confirmed, in one statement.
 *
 * @returns what was dropped; undefined where the sink does not stand before that batch, or is no sink of the feed any more.
 */
export async function confirmBatch(
  store: Store,
  { feed_id: feedId, epoch }: FeedStateRow,
  { sinkId, seq, position }: ConfirmedBatch,
  now: Date,
): Promise<SpoolSize | undefined> {
  const kept = position === undefined ? null : JSON.stringify(position)
  // What this statement changes it does not see: where this sink stands is said to it.
  const stand = sql`case when sink_id = ${sinkId} then ${seq} else seq end`
  const { rows } = await sql<SpoolSize & { readonly moved: boolean }>`
    with confirmed as (
      update feed_sink set seq = ${seq}, position = ${kept}, failures = 0, failing_since = null,
        retry_at = null, error = null, confirmed_at = ${now}
      where feed_id = ${feedId} and sink_id = ${sinkId} and seq = ${seq - 1}
      returning seq
    ), ${confirmedDropped({ feedId, epoch }, stand, sql`exists (select 1 from confirmed)`)}
    select records, bytes, exists (select 1 from confirmed) as moved from total`.execute(store.db)
  return rows[0]?.moved === true ? sizeIn(rows) : undefined
}

/** The parts of a statement that drop what every sink has confirmed. @param stand - where a row of `feed_sink` stands */
function confirmedDropped(
  { feedId, epoch }: { readonly feedId: string; readonly epoch: number },
  stand: RawBuilder<unknown>,
  isToBe: RawBuilder<unknown> = sql`true`,
): RawBuilder<unknown> {
  return sql`
    dropped as (
      delete from spool
      where feed_id = ${feedId} and ${isToBe}
        and seq <= (select min(${stand}) from feed_sink where feed_id = ${feedId})
      returning records, bytes
    ), total as (
      select coalesce(sum(records), 0)::bigint as records, coalesce(sum(bytes), 0)::bigint as bytes
      from dropped
    ), shrunk as (
      update feed_state set spool_records = spool_records - total.records,
        spool_bytes = spool_bytes - total.bytes
      from total where feed_id = ${feedId} and epoch = ${epoch} and total.records > 0
    )`
}

function sizeIn([size]: readonly SpoolSize[]): SpoolSize {
  return { records: size?.records ?? 0, bytes: size?.bytes ?? 0 }
}
