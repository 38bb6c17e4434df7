/** @module The table of dead letters: records that a sink refused for good, or that no sink can be given. */

import { type Selectable, type SqlBool, sql } from 'kysely'
import type { DeadLetterTable } from './schema.ts'
import type { Store } from './store.ts'

/** A record that was set aside. */
export type DeadLetterRow = Readonly<Selectable<DeadLetterTable>>

/** A record that is to be set aside. */
export interface NewDeadLetter {
  readonly record: Uint8Array
  readonly code: string
  readonly reason: string
  /** Its place in the batch; absent for one that is in none. */
  readonly index?: number
}

/** Where a record was refused: the sink's id, and the batch. */
export interface DeadLetterPlace {
  readonly feedId: string
  /** Empty: by the feed itself, before it was in a batch. */
  readonly sinkId: string
  readonly seq: number
}

const ROWS_AT_ONCE = 500

/** Sets records aside; those of a batch that is written again are there once. */
export async function putDeadLetters(
  store: Store,
  { feedId, sinkId, seq }: DeadLetterPlace,
  letters: readonly NewDeadLetter[],
  now: Date,
): Promise<void> {
  const isNumbered = letters.every(({ index }) => index !== undefined)
  const first = isNumbered ? 0 : await nextIndex(store, { feedId, sinkId, seq })
  const rows = letters.map(({ record, code, reason, index }, place) => ({
    ...{ feed_id: feedId, sink_id: sinkId, seq, index: index ?? first + place },
    ...{ record, code, reason, created_at: now },
  }))
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await store.db
      .insertInto('dead_letter')
      .values(rows.slice(start, start + ROWS_AT_ONCE))
      .onConflict((conflict) =>
        conflict.columns(['feed_id', 'sink_id', 'seq', 'index']).doNothing(),
      )
      .execute()
  }
}

/** Which dead letters of a feed: so many behind one of them, which is the last of the page before. */
export interface DeadLetterPage {
  readonly limit: number
  readonly behind?: Pick<DeadLetterRow, 'created_at' | 'seq' | 'index' | 'sink_id'> | undefined
}

/** Dead letters of a feed, the newest first. */
export function listDeadLetters(
  store: Store,
  feedId: string,
  { limit, behind }: DeadLetterPage,
): Promise<readonly DeadLetterRow[]> {
  let query = store.db
    .selectFrom('dead_letter')
    .selectAll()
    .where('feed_id', '=', feedId)
    .orderBy('created_at', 'desc')
    .orderBy('seq', 'desc')
    .orderBy('index')
    .orderBy('sink_id')
    .limit(limit)
  if (behind !== undefined) {
    const at = sql`(${behind.created_at.toISOString()}::timestamptz, ${behind.seq}::bigint)`
    query = query.where(
      sql<SqlBool>`((created_at, seq) < ${at} or ((created_at, seq) = ${at}
        and (index, sink_id) > (${behind.index}::integer, ${behind.sink_id})))`,
    )
  }
  return query.execute()
}

/** Drops all dead letters of a feed. @returns how many there were. */
export async function removeDeadLetters(store: Store, feedId: string): Promise<number> {
  const rows = await store.db
    .deleteFrom('dead_letter')
    .where('feed_id', '=', feedId)
    .returning('seq')
    .execute()
  return rows.length
}

/** The batches of which a sink refused records, in order. */
export async function listRefusedBatches(
  store: Store,
  { feedId, sinkId }: Omit<DeadLetterPlace, 'seq'>,
): Promise<readonly number[]> {
  const rows = await store.db
    .selectFrom('dead_letter')
    .select('seq')
    .distinct()
    .where('feed_id', '=', feedId)
    .where('sink_id', '=', sinkId)
    .orderBy('seq')
    .execute()
  return rows.map(({ seq }) => seq)
}

/** What a sink refused of a batch, in the batch's order. */
export function readRefused(
  store: Store,
  { feedId, sinkId, seq }: DeadLetterPlace,
): Promise<readonly DeadLetterRow[]> {
  return store.db
    .selectFrom('dead_letter')
    .selectAll()
    .where('feed_id', '=', feedId)
    .where('sink_id', '=', sinkId)
    .where('seq', '=', seq)
    .orderBy('index')
    .execute()
}

/** Drops what a sink has taken after all. @param indexes - their places in the batch */
export async function removeRefused(
  store: Store,
  { feedId, sinkId, seq }: DeadLetterPlace,
  indexes: readonly number[],
): Promise<void> {
  await sql`
    delete from dead_letter where feed_id = ${feedId} and sink_id = ${sinkId} and seq = ${seq}
      and index in (select jsonb_array_elements_text(${JSON.stringify(indexes)}::jsonb)::integer)`.execute(
    store.db,
  )
}

/** Keeps why a sink refused records once more. What was erased meanwhile does not come back. */
export async function refuseAgain(
  store: Store,
  { feedId, sinkId, seq }: DeadLetterPlace,
  letters: readonly Required<Omit<NewDeadLetter, 'record'>>[],
  now: Date,
): Promise<void> {
  for (const { index, code, reason } of letters) {
    await store.db
      .updateTable('dead_letter')
      .set({ code, reason, created_at: now })
      .where('feed_id', '=', feedId)
      .where('sink_id', '=', sinkId)
      .where('seq', '=', seq)
      .where('index', '=', index)
      .execute()
  }
}

/** Drops the dead letters of a connection's feeds in which one of those texts stands. @returns how many there were. */
export async function eraseDeadLetters(
  store: Store,
  connectionId: string,
  texts: readonly Uint8Array[],
): Promise<number> {
  const rows = await store.db
    .deleteFrom('dead_letter')
    .where('feed_id', 'in', (feeds) =>
      feeds.selectFrom('feed').select('id').where('connection_id', '=', connectionId),
    )
    .where(({ or }) =>
      or(texts.map((text) => sql<SqlBool>`position(${text}::bytea in record) > 0`)),
    )
    .returning('seq')
    .execute()
  return rows.length
}

async function nextIndex(store: Store, { feedId, sinkId, seq }: DeadLetterPlace): Promise<number> {
  const row = await store.db
    .selectFrom('dead_letter')
    .select((select) => select.fn.max('index').as('index'))
    .where('feed_id', '=', feedId)
    .where('sink_id', '=', sinkId)
    .where('seq', '=', seq)
    .executeTakeFirst()
  return (row?.index ?? -1) + 1
}
