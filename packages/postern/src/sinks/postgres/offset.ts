/** @module How far a feed got, in the database it is written to: what makes each batch count once. */

import { type Kysely, sql } from 'kysely'
import { hashLines } from '../record.ts'
import type { SinkBatch } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import { type Place, tableIn } from './layout.ts'
import { OFFSET_TABLE } from './tables.ts'

/** The batch that the database has of a feed. */
interface Offset {
  readonly seq: number
  readonly linesHash: string
}

/**
 * Moves the offset of a feed onto a batch, in the transaction that writes it: whoever comes with another one waits, and then
 * finds it moved. It may be on this batch already: writing the same batch once more changes nothing then.
 *
 * @param options.isFirst - Whether the sink has confirmed no batch of the feed yet.
 * @throws {SinkError} `sink_damaged` where it is elsewhere: this process comes late, or one of the two databases was brought
 *   back from a backup
 */
export async function moveOffset(
  db: Kysely<unknown>,
  place: Place,
  batch: SinkBatch,
  { isFirst }: { readonly isFirst: boolean },
): Promise<void> {
  const table = tableIn(place, OFFSET_TABLE)
  const linesHash = hashLines(batch.records)
  const { rows } = isFirst
    ? await sql`
        insert into ${table} as kept (feed_id, seq, batch_id, lines_hash, written_at)
        values (${batch.feed.id}, ${batch.seq}, ${batch.id}, ${linesHash}, now())
        on conflict (feed_id) do update
        set seq = excluded.seq, batch_id = excluded.batch_id, lines_hash = excluded.lines_hash, written_at = now()
        where kept.seq < excluded.seq
        returning seq`.execute(db)
    : await sql`
        update ${table}
        set seq = ${batch.seq}, batch_id = ${batch.id}, lines_hash = ${linesHash}, written_at = now()
        where feed_id = ${batch.feed.id} and seq = ${batch.seq - 1}
        returning seq`.execute(db)
  if (rows.length > 0) return
  const found = await sql<Offset>`
    select seq, lines_hash as "linesHash" from ${table} where feed_id = ${batch.feed.id}
    for update`.execute(db)
  const kept = found.rows[0]
  if (kept?.seq === batch.seq && kept.linesHash === linesHash) return
  throw elsewhere(place, batch, kept)
}

function elsewhere({ schema, prefix }: Place, batch: SinkBatch, kept?: Offset): SinkError {
  const table = `${schema}.${prefix}${OFFSET_TABLE}`
  const has = kept === undefined ? 'nothing' : `batch ${kept.seq}`
  return new SinkError(
    'sink_damaged',
    `The feed is about to write batch ${batch.seq}, and ${table} says that the database has ${has} of it: one of the two was brought back from a backup, or another process writes the feed.`,
    {
      remedy: `Where the rows are as they should be, set seq to ${batch.seq - 1} in ${table} for feed_id ${batch.feed.id}; else add the sink to the feed anew, with another schema.`,
      details: { seq: batch.seq, kept: kept?.seq ?? 0 },
    },
  )
}
