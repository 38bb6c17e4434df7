/** @module The table of runs: what each run of a feed did. */

import type { JsonObject } from '@postern/core'
import { type QueryCreator, type Selectable, type SqlBool, sql } from 'kysely'
import { type FeedSink, type FeedSinkColumns, toFeedSink } from './feed-sinks.ts'
import type { RunOutcome, RunReport, RunTrigger } from './feed-values.ts'
import type { LeaseRow } from './leases.ts'
import type { RunTable, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** A run of a feed. */
export type RunRow = Readonly<Selectable<RunTable>>

const KEPT_DAYS = 30
const KEPT_RUNS = 1_000
const DAY_MS = 86_400_000

/** What a run has done before it has done anything. */
export const emptyReport: RunReport = {
  records: 0,
  emitted: 0,
  batches: 0,
  requests: 0,
  waitedMs: 0,
  cursors: {},
  confirmed: {},
  notes: [],
}

/** What a run begins with. */
export interface BegunRun {
  /** The sinks of the feed, by name. */
  readonly sinks: readonly FeedSink[]
  /** The states of its streams, by their names; a stream has none before its first. */
  readonly streams: ReadonlyMap<string, JsonObject>
}

/** Keeps that a run began, and reads what it begins with: each run does so, in one statement. */
export async function beginRun(
  store: Store,
  run: {
    readonly id: string
    readonly feedId: string
    readonly trigger: RunTrigger
    readonly epoch: number
  },
  now: Date,
): Promise<BegunRun> {
  const { id, feedId, trigger, epoch } = run
  const { rows } = await sql<
    FeedSinkColumns & { readonly streams: Readonly<Record<string, JsonObject>> | null }
  >`
    with begun as (
      insert into run (id, feed_id, trigger, epoch, started_at, report)
      values (${id}, ${feedId}, ${trigger}, ${epoch}, ${now}, ${JSON.stringify(emptyReport)})
    )
    select feed_sink.*, sink.*, stream.streams
    from (
      select jsonb_object_agg(name, state) as streams from feed_stream where feed_id = ${feedId}
    ) as stream
    left join (feed_sink join sink on sink.id = feed_sink.sink_id) on feed_sink.feed_id = ${feedId}
    order by sink.name`.execute(store.db)
  return {
    // A feed without sinks has a row as well.
    sinks: rows.filter((row) => row.sink_id !== null).map(toFeedSink),
    streams: new Map(Object.entries(rows[0]?.streams ?? {})),
  }
}

/** Keeps how far a run is. One that was closed meanwhile, by its end or by the next owner, stays as it is. */
export async function saveReport(store: Store, id: string, report: RunReport): Promise<void> {
  await store.db
    .updateTable('run')
    .set({ report: JSON.stringify(report) })
    .where('id', '=', id)
    .where('outcome', 'is', null)
    .execute()
}

/** Keeps how a run ended. @param lease - what it ran under, which is given back by the same statement */
export async function endRun(
  store: Store,
  id: string,
  { outcome, report }: { readonly outcome: RunOutcome; readonly report: RunReport },
  now: Date,
  lease?: LeaseRow,
): Promise<void> {
  const update = (db: QueryCreator<Schema>) =>
    db
      .updateTable('run')
      .set({ outcome, report: JSON.stringify(report), ended_at: now })
      .where('id', '=', id)
  if (lease === undefined) await update(store.db).execute()
  else {
    await store.db
      .with('ended', update)
      .deleteFrom('lease')
      .where('name', '=', lease.name)
      .where('holder', '=', lease.holder)
      .execute()
  }
}

/** Runs of a feed, the newest first. One without an end whose owner gives no sign of life any more was interrupted. */
export async function listRuns(
  store: Store,
  feedId: string,
  limit: number,
): Promise<readonly RunRow[]> {
  const rows = await ownedRuns(store)
    .where('feed_id', '=', feedId)
    .orderBy('started_at', 'desc')
    .orderBy('epoch', 'desc')
    .limit(limit)
    .execute()
  return rows.map(asItIs)
}

/** One run; undefined where it is not kept. */
export async function findRun(store: Store, id: string): Promise<RunRow | undefined> {
  const row = await ownedRuns(store).where('id', '=', id).executeTakeFirst()
  return row && asItIs(row)
}

/** The last run of each of these feeds that has one. */
export async function readLastRuns(
  store: Store,
  feedIds: readonly string[],
): Promise<readonly RunRow[]> {
  const { rows: last } = await sql<{ id: string }>`
    select last.id from jsonb_array_elements_text(${JSON.stringify(feedIds)}::jsonb) as feed(id)
    cross join lateral (
      select id from run where feed_id = feed.id order by started_at desc, epoch desc limit 1
    ) as last`.execute(store.db)
  if (last.length === 0) return []
  const ids = last.map(({ id }) => id)
  return (await ownedRuns(store).where('id', 'in', ids).execute()).map(asItIs)
}

function ownedRuns(store: Store) {
  return (
    store.db
      .selectFrom('run')
      .selectAll()
      // In the same statement: in between, a run could end and give its lease back.
      .select(({ exists, selectFrom }) =>
        exists(
          selectFrom('lease')
            .select('lease.name')
            .where(sql<boolean>`lease.name = 'feed:' || run.feed_id`)
            .where('lease.until', '>=', sql<Date>`now()`),
        ).as('owned'),
      )
  )
}

function asItIs({ owned, ...row }: RunRow & { readonly owned: SqlBool }): RunRow {
  return row.outcome === null && !owned ? { ...row, outcome: 'interrupted' } : row
}

/** Removes the runs of a feed that are older than 30 days, and those beyond its last thousand. */
export async function pruneRuns(store: Store, feedId: string, now: Date): Promise<void> {
  const oldest = new Date(now.getTime() - KEPT_DAYS * DAY_MS)
  await store.db
    .deleteFrom('run')
    .where('feed_id', '=', feedId)
    .where((where) =>
      where.or([
        where('started_at', '<', oldest),
        where(
          'started_at',
          '<=',
          // Where there are no more than are kept, nothing is less than nothing.
          where
            .selectFrom('run as kept')
            .select('kept.started_at')
            .where('kept.feed_id', '=', feedId)
            .orderBy('kept.started_at', 'desc')
            .offset(KEPT_RUNS)
            .limit(1),
        ),
      ]),
    )
    .execute()
}
