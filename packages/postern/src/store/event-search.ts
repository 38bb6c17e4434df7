/** @module Which events are asked for, and the shortest way to them that an index gives. */

import { sql } from 'kysely'
import {
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

/** How much of the events a search looks at. */
export interface EventEffort {
  /** Events that are compared by their columns. */
  readonly most: number
  /** Events whose text is looked through. */
  readonly mostTexts: number
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

/** The way to the events that are asked for. It asks the store what there is: to be called where records are read. */
export async function searchEvents(
  store: Store,
  query: EventQuery,
  { most, mostTexts }: EventEffort,
): Promise<RecordSearch> {
  const { text } = query
  const names = COLUMNS.map(([name]) => name).filter((name) => query[name] !== undefined)
  const found = await findLookup(store, query, names)
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
    ...timesOf(query),
    ...names.map((name) => comparison(name, query)),
    ...(text === undefined ? [] : [sql<boolean>`raw::text ilike ${`%${literal(text)}%`}`]),
  ]
}

function timesOf({ from, to }: EventQuery): readonly Condition[] {
  return [
    ...(from === undefined ? [] : [sql<boolean>`published >= ${from.toISOString()}::timestamptz`]),
    ...(to === undefined ? [] : [sql<boolean>`published < ${to.toISOString()}::timestamptz`]),
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
        { keys, where: sql`actor_id = one.key` },
        { keys, where: sql`actor_login = one.key and actor_id is distinct from one.key` },
      ]
    case 'eventType':
      return isPrefix(value)
        ? lookupsByPrefix(store, query.connectionIds, value)
        : [{ keys, where: sql`event_type = one.key` }]
    default:
      return [{ keys, where: sql`${sql.ref(columnOf(name))} = one.key` }]
  }
}

async function lookupsByTarget(
  store: Store,
  keys: readonly LookupKey[],
): Promise<readonly Lookup[] | undefined> {
  const { rows } = await sql<{ uuids: readonly string[]; id: string }>`
    select one.id, array(
      select uuid from records.event
      where connection_id = one.id and target_ids @> array[one.key]::text[]
      limit ${MOST_OF_TARGET + 1}) as uuids
    from ${keysOf(keys)}`.execute(store.db)
  const found = rows.flatMap(({ id, uuids }) => uuids.map((key) => ({ id, key })))
  if (found.length > MOST_OF_TARGET) return undefined
  return [{ keys: found, where: sql`uuid = one.key` }]
}

async function lookupsByPrefix(
  store: Store,
  connectionIds: readonly string[],
  prefix: string,
): Promise<readonly Lookup[] | undefined> {
  const { rows } = await sql<LookupKey>`
    select one.id, type.key from ${everyKey(connectionIds)} cross join lateral (
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
  return [{ keys, where: sql`event_type = one.key` }]
}

function everyKey(connectionIds: readonly string[]) {
  return keysOf(everyOf(connectionIds).flatMap(({ keys }) => keys))
}
