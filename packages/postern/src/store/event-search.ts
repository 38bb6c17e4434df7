/** @module Which events are asked for, and the shortest way to them that an index gives. */

import { sql } from 'kysely'
import {
  type Bound,
  type Condition,
  everyOf,
  keysOf,
  type Lookup,
  type LookupKey,
  literal,
  type RecordSearch,
} from './record-page.ts'
import type { Store } from './store.ts'

/** Which events. */
export interface EventQuery {
  /** Of these connections, and no other. */
  readonly connectionIds: readonly string[]
  /** Published at this moment or later. */
  readonly from?: Date | undefined
  /** Published before this moment. */
  readonly to?: Date | undefined
  /** A type, or its beginning with a dot at the end: `user.session.` */
  readonly eventType?: string | undefined
  /** The id or the login of who acted. */
  readonly actor?: string | undefined
  /** The id of what was acted upon. */
  readonly target?: string | undefined
  readonly outcome?: string | undefined
  readonly severity?: string | undefined
  /** The address that the request came from. */
  readonly ip?: string | undefined
  /** The id of the session it was made in. */
  readonly session?: string | undefined
  /** The id of the request that it belongs to. */
  readonly transaction?: string | undefined
  /** Stands anywhere in what Okta sent, in any case. Reads every event that the rest leaves: give a time with it. */
  readonly text?: string | undefined
}

/** How much of the events a search looks at, and from where. */
export interface EventEffort {
  /** Events that are compared by their columns. */
  readonly most: number
  /** Events whose text is looked through. */
  readonly mostTexts: number
  /** Where it begins; absent: at the newest. */
  readonly before?: Date | undefined
}

// What leads to the fewest events first: the first of them that is asked for is looked up, the others are compared.
const COLUMNS = [
  ['transaction', 'transaction_id'],
  ['session', 'session_id'],
  ['target', undefined],
  ['actor', undefined],
  ['ip', 'client_ip'],
  ['eventType', 'event_type'],
  ['outcome', 'outcome'],
  ['severity', 'severity'],
] as const
type Name = (typeof COLUMNS)[number][0]

// An index over what is acted upon has no order: beyond so many the events are looked through, and enough of them match.
const MOST_OF_TARGET = 500
// An org has some hundred. They are told apart by the index, one step for each.
const MOST_TYPES = 500
// What was frequent lately is frequent in the days before.
const WEIGHED_DAYS = 30

/** The way to the events that are asked for. It asks the store what there is: to be called where records are read. */
export async function searchEvents(
  store: Store,
  query: EventQuery,
  { most, mostTexts, before }: EventEffort,
): Promise<RecordSearch> {
  const { text } = query
  const names = COLUMNS.map(([name]) => name).filter((name) => query[name] !== undefined)
  const found = await findLookup(store, { ...query, to: before ?? query.to }, names)
  return {
    lookups: found?.lookups ?? everyOf(query.connectionIds),
    within: timesOf(query),
    rest: [
      ...names.filter((name) => name !== found?.name).map((name) => comparison(name, query)),
      ...(text === undefined ? [] : [sql<boolean>`raw::text ilike ${`%${literal(text)}%`}`]),
    ],
    most: text === undefined ? most : mostTexts,
  }
}

/** Every condition on its own, for what is counted of all events. */
export function conditionsOfEvents(query: EventQuery): readonly Condition[] {
  const { text } = query
  const names = COLUMNS.map(([name]) => name).filter((name) => query[name] !== undefined)
  return [
    ...timesOf(query).map(({ rows }) => rows),
    ...names.map((name) => comparison(name, query)),
    ...(text === undefined ? [] : [sql<boolean>`raw::text ilike ${`%${literal(text)}%`}`]),
  ]
}

function timesOf({ from, to }: EventQuery): readonly Bound[] {
  return [
    ...(from === undefined
      ? []
      : [{ rows: sql<boolean>`published >= ${from.toISOString()}::timestamptz`, from }]),
    ...(to === undefined
      ? []
      : [{ rows: sql<boolean>`published < ${to.toISOString()}::timestamptz`, to }]),
  ]
}

function comparison(name: Name, query: EventQuery): Condition {
  const value = query[name] ?? ''
  switch (name) {
    case 'target':
      return sql`target_ids @> array[${value}]::text[]`
    case 'actor':
      return sql`(actor_id = ${value} or actor_login = ${value})`
    case 'eventType':
      return isPrefix(value)
        ? sql`event_type like ${`${literal(value)}%`}`
        : sql`event_type = ${value}`
    default:
      return sql`${sql.ref(columnOf(name))} = ${value}`
  }
}

function columnOf(name: Name): string {
  return COLUMNS.find(([known]) => known === name)?.[1] ?? name
}

function isPrefix(eventType: string): boolean {
  return eventType.endsWith('.')
}

async function findLookup(
  store: Store,
  query: EventQuery,
  names: readonly Name[],
): Promise<{ readonly name: Name; readonly lookups: readonly Lookup[] } | undefined> {
  for (const name of names) {
    const lookups = await lookupsBy(store, name, query)
    if (lookups !== undefined) return { name, lookups }
  }
  return undefined
}

/** Undefined where looking through all events is better. */
async function lookupsBy(
  store: Store,
  name: Name,
  query: EventQuery,
): Promise<readonly Lookup[] | undefined> {
  const value = query[name] ?? ''
  const keys = [...new Set(query.connectionIds)].map((id) => ({ id, key: value }))
  switch (name) {
    case 'target':
      return lookupsByTarget(store, keys)
    case 'actor':
      return [
        { keys, column: sql.ref('actor_id') },
        { keys, column: sql.ref('actor_login') },
      ]
    case 'eventType':
      return isPrefix(value)
        ? lookupsByPrefix(store, query, value)
        : [{ keys, column: sql.ref(columnOf(name)) }]
    default:
      return [{ keys, column: sql.ref(columnOf(name)) }]
  }
}

async function lookupsByTarget(
  store: Store,
  keys: readonly LookupKey[],
): Promise<readonly Lookup[] | undefined> {
  // Of any connection: those of one may be few among many, and ids of two orgs are hardly the same.
  const { rows } = await sql<LookupKey>`
    select connection_id as id, uuid as key from records.event
    where target_ids @> array[${keys[0]?.key}]::text[] limit ${MOST_OF_TARGET + 1}`.execute(
    store.db,
  )
  if (rows.length > MOST_OF_TARGET) return undefined
  const found = rows.filter((row) => keys.some(({ id }) => id === row.id))
  return [{ keys: found, unique: sql.ref('uuid') }]
}

async function lookupsByPrefix(
  store: Store,
  query: EventQuery,
  prefix: string,
): Promise<readonly Lookup[] | undefined> {
  const { rows } = await sql<LookupKey>`
    select one.id, type.key from ${everyKey(query.connectionIds)} cross join lateral (
      with recursive types(key) as (
        select min(event_type) from records.event where connection_id = one.id
        union all
        select (select min(event_type) from records.event
          where connection_id = one.id and event_type > types.key)
        from types where types.key is not null
      )
      select key from types where key is not null limit ${MOST_TYPES}
    ) as type`.execute(store.db)
  if (rows.length >= MOST_TYPES) return undefined
  const keys = rows.filter(({ key }) => key.startsWith(prefix))
  return [{ keys: await weigh(store, keys, query.to), column: sql.ref('event_type') }]
}

/** How many events of each type there were in the days before. */
async function weigh(
  store: Store,
  keys: readonly LookupKey[],
  to: Date | undefined,
): Promise<readonly LookupKey[]> {
  const { rows } = await sql<LookupKey>`
    select one.id, one.key, (
      select coalesce(sum(total), 0)::float8 from records.event_count
      where connection_id = one.id and grain = 'day' and event_type = one.key
        and at > last.at - make_interval(days => ${WEIGHED_DAYS}) and at <= last.at) as weight
    from ${keysOf(keys)} cross join lateral (
      select coalesce(${to?.toISOString() ?? null}::timestamptz,
        (select max(published) from records.event where connection_id = one.id)) as at) as last`.execute(
    store.db,
  )
  return rows
}

function everyKey(connectionIds: readonly string[]) {
  return keysOf(everyOf(connectionIds).flatMap(({ keys }) => keys))
}
