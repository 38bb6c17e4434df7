/** @module What the runs of a feed did over time, and how far behind the org its events were. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** One part of a span of time. */
export interface RunBin {
  readonly bin: number
  readonly records: number
  readonly runs: number
  /** Those that could not read, or were cut off. */
  readonly failed: number
  /** The longest time between an event and its batch; null where there was none. */
  readonly lagSeconds: number | null
}

/** Parts of a span in which there was something, by number. Runs count where they began. */
export async function readRunFigures(
  store: Store,
  feedId: string,
  span: { readonly from: Date; readonly to: Date; readonly binSeconds: number },
): Promise<readonly RunBin[]> {
  const from = sql`${span.from.toISOString()}::timestamptz`
  const to = sql`${span.to.toISOString()}::timestamptz`
  const binOf = (column: ReturnType<typeof sql>) =>
    sql`floor(extract(epoch from ${column} - ${from}) / ${span.binSeconds}::float8)::integer`
  const { rows } = await sql<RunBin>`
    select coalesce(r.bin, l.bin) as bin, coalesce(records, 0)::float8 as records,
      coalesce(runs, 0)::integer as runs, coalesce(failed, 0)::integer as failed, l.lag as "lagSeconds"
    from (
      select ${binOf(sql`started_at`)} as bin, sum((report ->> 'records')::float8) as records,
        count(*) as runs, count(*) filter (where outcome in ('failed', 'interrupted')) as failed
      from run where feed_id = ${feedId} and started_at >= ${from} and started_at < ${to} group by 1
    ) as r
    full join (
      select ${binOf(sql`created_at`)} as bin,
        greatest(0, max(extract(epoch from created_at - last_published)))::float8 as lag
      from ledger where feed_id = ${feedId} and created_at >= ${from} and created_at < ${to}
        and last_published is not null group by 1
    ) as l on l.bin = r.bin
    order by 1`.execute(store.db)
  return rows
}
