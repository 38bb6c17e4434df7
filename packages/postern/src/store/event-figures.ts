/** @module Counts of events over time: out of what is counted as events are added, or of the events that a search finds. */

import { type RawBuilder, sql } from 'kysely'
import { type EventQuery, searchEvents } from './event-search.ts'
import { events } from './read-events.ts'
import { allOf, type Condition, eachMatch, findEnd, literal } from './record-page.ts'
import type { Store } from './store.ts'

/** Which piece of time, and in how many parts. */
export interface Span {
  readonly from: Date
  readonly to: Date
  readonly binSeconds: number
}

/** Events of one part of a span. */
export interface EventBin {
  readonly at: Date
  readonly total: number
  /** Those that were refused or failed. */
  readonly failures: number
}

/** Events over time. */
export interface Timeline {
  /** Parts in which there are events, the earliest first. */
  readonly bins: readonly EventBin[]
  /** Since when every event is counted, where there are more than are looked at. */
  readonly countedFrom?: Date | undefined
}

/** Of which connections, hours or days types are counted. */
export interface TypesQuery extends Pick<Span, 'from' | 'to'> {
  readonly connectionIds: readonly string[]
  readonly grain: 'hour' | 'day'
}

/** How many events of a type there are. */
export interface TypeCount {
  readonly eventType: string
  readonly total: number
  readonly failures: number
}

const HOUR_SECONDS = 3_600
const EFFORT = { most: 10_000, mostTexts: 2_000 }
const MOST_TYPES = 1_000

// Okta has no one word for what did not go well.
const isFailure = sql<boolean>`outcome in ('FAILURE', 'DENY')`

/** Events over time. Of whole hours, and by type alone, every one is counted; else the newest that are found. */
export async function readTimeline(store: Store, query: EventQuery, span: Span): Promise<Timeline> {
  return store.readRecords(() =>
    isOfHours(query, span) ? readHours(store, query, span) : readFound(store, query, span),
  )
}

/** How many events of each type there are in the whole hours or days of a span, the most frequent first. */
export async function readTypes(
  store: Store,
  { connectionIds, from, to, grain }: TypesQuery,
): Promise<readonly TypeCount[]> {
  const { rows } = await store.readRecords(() =>
    sql<TypeCount>`
      select event_type as "eventType", sum(total)::float8 as total, sum(failures)::float8 as failures
      from records.event_count
      where ${countsOf({ connectionIds, grain, from, to })} and event_type <> ''
      group by event_type order by 2 desc, event_type limit ${MOST_TYPES}`.execute(store.db),
  )
  return rows
}

/** How many events each query finds, among the `most` newest that an index leads to. */
export async function countUpTo(
  store: Store,
  queries: readonly EventQuery[],
  most: number,
): Promise<readonly number[]> {
  if (queries.length === 0) return []
  return store.readRecords(async () => {
    const counts: RawBuilder<unknown>[] = []
    for (const query of queries) {
      const search = await searchEvents(store, query, { most, mostTexts: most })
      const parts = eachMatch(
        events,
        search,
        undefined,
        (matching) => sql`select connection_id, uuid from (${matching}) as matching`,
      )
      counts.push(sql`(select count(*) from (
        select from (${sql.join(parts, sql` union `)}) as found limit ${most}) as counted)`)
    }
    const { rows } = await sql<{ counts: readonly number[] }>`
      select jsonb_build_array(${sql.join(counts)}) as counts`.execute(store.db)
    return rows[0]?.counts ?? []
  })
}

interface BinRow {
  readonly bin: string | number
  readonly total: string | number
  readonly failures: string | number | null
}

function isOfHours(query: EventQuery, { binSeconds }: Span): boolean {
  const { actor, target, outcome, severity, ip, session, transaction, text } = query
  const isCounted = [actor, target, outcome, severity, ip, session, transaction, text].every(
    (value) => value === undefined,
  )
  return isCounted && binSeconds % HOUR_SECONDS === 0
}

async function readHours(store: Store, query: EventQuery, span: Span): Promise<Timeline> {
  const { rows } = await sql<BinRow>`
    select ${binOf(sql`at`, span)} as bin, sum(total) as total, sum(failures) as failures
    from records.event_count
    where ${countsOf({ ...query, ...span, grain: 'hour' })} and ${typeWhere(query)}
    group by 1 order by 1`.execute(store.db)
  return { bins: binsOf(rows, span) }
}

async function readFound(store: Store, query: EventQuery, span: Span): Promise<Timeline> {
  const search = await searchEvents(store, { ...query, ...span }, EFFORT)
  const end = await findEnd(store, events, search)
  const parts = eachMatch(
    events,
    search,
    end,
    (matching) =>
      sql`select connection_id, uuid, published, outcome from (${matching}) as matching`,
  )
  const { rows } = await sql<BinRow>`
    select ${binOf(sql`published`, span)} as bin, count(*) as total,
      count(*) filter (where ${isFailure}) as failures
    from (${sql.join(parts, sql` union `)}) as found group by 1 order by 1`.execute(store.db)
  return { bins: binsOf(rows, span), countedFrom: end?.published }
}

function binOf(instant: Condition | ReturnType<typeof sql>, { from, binSeconds }: Span) {
  return sql`floor((extract(epoch from ${instant}) - ${from.getTime() / 1_000}::float8)
    / ${binSeconds}::float8)::integer`
}

function binsOf(rows: readonly BinRow[], { from, binSeconds }: Span): readonly EventBin[] {
  return rows.map(({ bin, total, failures }) => ({
    at: new Date(from.getTime() + Number(bin) * binSeconds * 1_000),
    total: Number(total),
    failures: Number(failures),
  }))
}

function countsOf({ connectionIds, grain, from, to }: TypesQuery): Condition {
  return allOf([
    sql`connection_id = any(array(select jsonb_array_elements_text(${JSON.stringify(connectionIds)}::jsonb)))`,
    sql`grain = ${grain}`,
    sql`at >= ${from.toISOString()}::timestamptz and at < ${to.toISOString()}::timestamptz`,
    sql`total > 0`,
  ])
}

function typeWhere({ eventType }: EventQuery): Condition {
  if (eventType === undefined) return sql`event_type = ''`
  return eventType.endsWith('.')
    ? sql`event_type like ${`${literal(eventType)}%`}`
    : sql`event_type = ${eventType}`
}
