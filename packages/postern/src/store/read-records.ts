/** @module Reads the records of the sink `store`, a page at a time, as somebody who can read nothing else. */

import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely'
import type { Schema } from './schema.ts'
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
  /** Stands anywhere in what Okta sent, in any case. Reads every event that the rest leaves: give a time with it. */
  readonly text?: string | undefined
}

/** A page of a list. */
export interface PageOfRecords<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins; absent at the end. */
  readonly cursor?: string
}

/** An event, as it was sent. */
export interface ReadEvent {
  readonly connectionId: string
  readonly uuid: string
  readonly published: Date
  readonly eventType: string | null
  readonly severity: string | null
  readonly outcome: string | null
  readonly actorId: string | null
  readonly actorLogin: string | null
  readonly clientIp: string | null
  readonly targetIds: readonly string[]
  /** The JSON text that Okta sent. */
  readonly raw: string
}

type Where<Table extends 'records.event' | 'records.object'> = (
  eb: ExpressionBuilder<Schema, Table>,
) => ExpressionWrapper<Schema, Table, SqlBool>

/** The events that are asked for, the newest first. @param page.cursor - of the page before; one that is none begins anew. */
export async function readEvents(
  store: Store,
  query: EventQuery,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<PageOfRecords<ReadEvent>> {
  const after = parseCursor(page.cursor)
  const rows = await store.readRecords(() =>
    store.db
      .selectFrom(eachOf(query.connectionIds))
      .innerJoinLateral(
        ({ selectFrom }) =>
          selectFrom('records.event')
            .select([
              'connection_id as connectionId',
              'uuid',
              'published',
              'event_type as eventType',
              'severity',
              'outcome',
              'actor_id as actorId',
              'actor_login as actorLogin',
              'client_ip as clientIp',
              'target_ids as targetIds',
              sql<string>`raw::text`.as('raw'),
            ])
            .where('connection_id', '=', sql.ref<string>('one.id'))
            .where(eventsWhere(query))
            .where(eventsBehind(after))
            .orderBy('published', 'desc')
            .orderBy('uuid', 'desc')
            .limit(page.limit + 1)
            .as('event'),
        (join) => join.onTrue(),
      )
      .selectAll('event')
      .orderBy('published', 'desc')
      .orderBy('uuid', 'desc')
      .orderBy('connectionId', 'desc')
      .limit(page.limit + 1)
      .execute(),
  )
  return pageOf(rows, page.limit, ({ published, uuid, connectionId }) => [
    published.toISOString(),
    uuid,
    connectionId,
  ])
}

/** How many events there are, by type, the most frequent first. */
export async function countEvents(
  store: Store,
  query: EventQuery,
  limit: number,
): Promise<readonly { readonly eventType: string | null; readonly count: number }[]> {
  const rows = await store.readRecords(() =>
    store.db
      .selectFrom('records.event')
      .select(['event_type as eventType', ({ fn }) => fn.countAll().as('count')])
      .where(ofConnections(query.connectionIds))
      .where(eventsWhere(query))
      .groupBy('event_type')
      .orderBy('count', 'desc')
      .orderBy('event_type')
      .limit(limit)
      .execute(),
  )
  return rows.map(({ eventType, count }) => ({ eventType, count: Number(count) }))
}

function eventsBehind(after: Cursor | undefined) {
  if (after === undefined || Number.isNaN(Date.parse(after[0]))) return sql<SqlBool>`true`
  const [published, uuid, connectionId] = after
  return sql<SqlBool>`(published, uuid, connection_id) < (${published}::timestamptz, ${uuid}, ${connectionId})`
}

function eventsWhere(query: EventQuery): Where<'records.event'> {
  const { from, to, eventType, actor, target, outcome, text } = query
  return (eb) =>
    eb.and([
      ...(from === undefined ? [] : [eb('published', '>=', from)]),
      ...(to === undefined ? [] : [eb('published', '<', to)]),
      ...(eventType === undefined ? [] : [typeWhere(eventType)]),
      ...(actor === undefined
        ? []
        : [eb.or([eb('actor_id', '=', actor), eb('actor_login', '=', actor)])]),
      ...(target === undefined ? [] : [sql<SqlBool>`target_ids @> array[${target}]::text[]`]),
      ...(outcome === undefined ? [] : [eb('outcome', '=', outcome)]),
      ...(text === undefined ? [] : [sql<SqlBool>`raw::text ilike ${`%${literal(text)}%`}`]),
    ])
}

function typeWhere(eventType: string) {
  return eventType.endsWith('.')
    ? sql<SqlBool>`event_type like ${`${literal(eventType)}%`}`
    : sql<SqlBool>`event_type = ${eventType}`
}

/** Which objects. */
export interface ObjectQuery {
  /** Of these connections, and no other. */
  readonly connectionIds: readonly string[]
  /** `user`, `group`, `group-member`, `app`, `app-user`, `app-group`. */
  readonly kind: string
  readonly id?: string | undefined
  /** Members and assignments: of this group or app. */
  readonly parent?: string | undefined
  /** Members and assignments: this user or group. */
  readonly child?: string | undefined
  readonly status?: string | undefined
  /** Stands anywhere in the label or the login, in any case. */
  readonly text?: string | undefined
}

/** An object as it is now. */
export interface ReadObject {
  readonly connectionId: string
  readonly kind: string
  readonly id: string
  readonly parent: string | null
  readonly child: string | null
  readonly status: string | null
  readonly label: string | null
  readonly login: string | null
  readonly version: number
  readonly observedAt: Date
  /** The JSON text that Okta sent. */
  readonly raw: string
}

/** The objects that are asked for, by id. @param page.cursor - of the page before; one that is none begins anew. */
export async function readObjects(
  store: Store,
  query: ObjectQuery,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<PageOfRecords<ReadObject>> {
  const after = parseCursor(page.cursor)
  const rows = await store.readRecords(() =>
    store.db
      .selectFrom(eachOf(query.connectionIds))
      .innerJoinLateral(
        ({ selectFrom }) =>
          selectFrom('records.object')
            .select([
              'connection_id as connectionId',
              'kind',
              'id',
              'parent',
              'child',
              'status',
              'label',
              'login',
              'version',
              'observed_at as observedAt',
              sql<string>`raw::text`.as('raw'),
            ])
            .where('connection_id', '=', sql.ref<string>('one.id'))
            .where(objectsWhere(query))
            .where(objectsBehind(after))
            .orderBy('id')
            .limit(page.limit + 1)
            .as('object'),
        (join) => join.onTrue(),
      )
      .selectAll('object')
      .orderBy('connectionId')
      .orderBy('object.id')
      .limit(page.limit + 1)
      .execute(),
  )
  return pageOf(rows, page.limit, ({ connectionId, id }) => [connectionId, id, ''])
}

function objectsBehind(after: Cursor | undefined) {
  if (after === undefined) return sql<SqlBool>`true`
  const [connectionId, id] = after
  return sql<SqlBool>`(connection_id, id) > (${connectionId}, ${id})`
}

function objectsWhere(query: ObjectQuery): Where<'records.object'> {
  const { kind, id, parent, child, status, text } = query
  return (eb) =>
    eb.and([
      eb('kind', '=', kind),
      ...(id === undefined ? [] : [eb('id', '=', id)]),
      ...(parent === undefined ? [] : [eb('parent', '=', parent)]),
      ...(child === undefined ? [] : [eb('child', '=', child)]),
      ...(status === undefined ? [] : [eb('status', '=', status)]),
      ...(text === undefined
        ? []
        : [
            eb.or([
              eb('label', 'ilike', `%${literal(text)}%`),
              eb('login', 'ilike', `%${literal(text)}%`),
            ]),
          ]),
    ])
}

/**
 * Connections as a table `one`, each once. A page is read of each in the order of an index, and of those the page: asked for
 * all at once, every row would be sorted for each page.
 */
function eachOf(connectionIds: readonly string[]) {
  const json = JSON.stringify([...new Set(connectionIds)])
  return sql<{ id: string }>`jsonb_array_elements_text(${json}::jsonb)`.as<'one'>(sql`one(id)`)
}

function ofConnections(connectionIds: readonly string[]) {
  return sql<SqlBool>`connection_id in (select jsonb_array_elements_text(${JSON.stringify(connectionIds)}::jsonb))`
}

/** A text in which nothing is a pattern, and which a column could hold. */
function literal(text: string): string {
  return text.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')
}

type Cursor = readonly [string, string, string]

function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
): PageOfRecords<Row> {
  const last = rows[limit - 1]
  if (rows.length <= limit || last === undefined) return { rows }
  const cursor = Buffer.from(JSON.stringify(cursorOf(last))).toString('base64url')
  return { rows: rows.slice(0, limit), cursor }
}

function parseCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(parts) || parts.length !== 3) return undefined
    const [first, second, third]: readonly unknown[] = parts
    return isKey(first) && isKey(second) && isKey(third) ? [first, second, third] : undefined
  } catch {
    return undefined
  }
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}
