/** @module The ledger: which events a feed has read lately, for telling those that come again from those that are missing. */

import { hash } from 'node:crypto'
import type { Store } from './store.ts'

/** What of a batch is remembered. */
export interface LedgerEntry {
  /** Of the ids of its events: 16 bytes each. */
  readonly keys: Uint8Array
  readonly span: PublishedSpan | undefined
}

/** A span of time in which events were published. */
export interface PublishedSpan {
  readonly from: Date
  readonly to: Date
}

// By the org’s time.
const LEDGER_DAYS = 3

const DAY_MS = 86_400_000
const KEY_BYTES = 16
// A batch of events has 16 kB of them.
const ROWS_AT_ONCE = 50

/** What is to be remembered of events. */
export function ledgerEntry(ids: readonly string[], span: PublishedSpan | undefined): LedgerEntry {
  return { keys: Buffer.from(ids.map(keyOf).join(''), 'hex'), span }
}

/** Remembers the events of a batch. @param now - the org's time */
export async function putLedgerEntry(
  store: Store,
  batch: { readonly feedId: string; readonly seq: number },
  { keys, span }: LedgerEntry,
  now: Date,
): Promise<void> {
  await store.db
    .insertInto('ledger')
    .values({
      feed_id: batch.feedId,
      seq: batch.seq,
      ids: keys,
      first_published: span?.from ?? null,
      last_published: span?.to ?? null,
      created_at: now,
    })
    .execute()
}

/** Those of the ids that the feed has not read, as far as it remembers. @param span - when they were published */
export async function withoutKnown(
  store: Store,
  feedId: string,
  ids: readonly string[],
  span?: PublishedSpan,
): Promise<ReadonlySet<string>> {
  const wanted = new Map(ids.map((id) => [keyOf(id), id]))
  let before: number | undefined
  while (wanted.size > 0) {
    let query = store.db
      .selectFrom('ledger')
      .select(['seq', 'ids'])
      .where('feed_id', '=', feedId)
      .orderBy('seq', 'desc')
      .limit(ROWS_AT_ONCE)
    if (before !== undefined) query = query.where('seq', '<', before)
    if (span !== undefined) {
      query = query.where((where) =>
        where.or([
          where('first_published', 'is', null),
          where.and([
            where('first_published', '<=', span.to),
            where('last_published', '>=', span.from),
          ]),
        ]),
      )
    }
    const rows = await query.execute()
    for (const row of rows) for (const key of keysOf(row.ids)) wanted.delete(key)
    if (rows.length < ROWS_AT_ONCE) break
    before = rows.at(-1)?.seq
  }
  return new Set(wanted.values())
}

/**
 * Forgets what was read more than three days before the last batch: a feed that was down for long keeps its last days.
 *
 * @param readUntil - what was read in the three days before, and since, is kept too: a feed that has not caught up with its log may
 * have to go back to before this moment.
 */
export async function pruneLedger(store: Store, feedId: string, readUntil: Date): Promise<void> {
  const last = await store.db
    .selectFrom('ledger')
    .select('created_at')
    .where('feed_id', '=', feedId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last === undefined) return
  const end = Math.min(last.created_at.getTime(), readUntil.getTime())
  await store.db
    .deleteFrom('ledger')
    .where('feed_id', '=', feedId)
    .where('created_at', '<', new Date(end - LEDGER_DAYS * DAY_MS))
    .execute()
}

function keyOf(id: string): string {
  return hash('sha256', id, 'hex').slice(0, 2 * KEY_BYTES)
}

function* keysOf(ids: Uint8Array): Generator<string> {
  const hex = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('hex')
  for (let start = 0; start < hex.length; start += 2 * KEY_BYTES) {
    yield hex.slice(start, start + 2 * KEY_BYTES)
  }
}
