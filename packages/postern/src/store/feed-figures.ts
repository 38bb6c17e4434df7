/** @module The figures of many feeds at once, for who watches them. */

import { sql } from 'kysely'
import type { RunOutcome } from './feed-values.ts'
import type { Store } from './store.ts'

/** What is counted of one feed. */
export interface FeedFigures {
  readonly name: string
  readonly spoolRecords: number
  readonly spoolBytes: number
  /** When the last event that was read was published. */
  readonly lastPublished: Date | undefined
  /** In a row, over all its sinks. */
  readonly sinkFailures: number
  readonly gaps: number
  readonly deadLetters: number
  /** Events that verifying found missing, ever. */
  readonly missing: number
  readonly lastRun:
    | { readonly startedAt: Date; readonly outcome: RunOutcome | undefined }
    | undefined
}

interface Row {
  readonly name: string
  readonly spool_records: string | number | null
  readonly spool_bytes: string | number | null
  readonly last_published: Date | null
  readonly sink_failures: string | number | null
  readonly gaps: string | number
  readonly dead_letters: string | number
  readonly missing: string | null
  readonly started_at: Date | null
  readonly outcome: RunOutcome | null
}

/** The figures of feeds, by name. @param limit - feeds at most. */
export async function readFeedFigures(
  store: Store,
  limit: number,
): Promise<readonly FeedFigures[]> {
  const { rows } = await sql<Row>`
    select feed.name, state.spool_records, state.spool_bytes,
      (select max(last_published) from ledger where feed_id = feed.id) as last_published,
      (select sum(failures) from feed_sink where feed_id = feed.id) as sink_failures,
      (select count(*) from gap where feed_id = feed.id) as gaps,
      (select count(*) from dead_letter where feed_id = feed.id) as dead_letters,
      verified.state ->> 'missing' as missing, last.started_at, last.outcome
    from (select id, name from feed order by name limit ${limit}) as feed
    left join feed_state as state on state.feed_id = feed.id
    left join feed_stream as verified on verified.feed_id = feed.id and verified.name = 'verify'
    left join lateral (
      select started_at, outcome from run where feed_id = feed.id order by started_at desc limit 1
    ) as last on true
    order by feed.name`.execute(store.db)
  return rows.map((row) => ({
    name: row.name,
    spoolRecords: Number(row.spool_records),
    spoolBytes: Number(row.spool_bytes),
    lastPublished: row.last_published ?? undefined,
    sinkFailures: Number(row.sink_failures),
    gaps: Number(row.gaps),
    deadLetters: Number(row.dead_letters),
    missing: Number(row.missing),
    lastRun:
      row.started_at === null
        ? undefined
        : { startedAt: row.started_at, outcome: row.outcome ?? undefined },
  }))
}
