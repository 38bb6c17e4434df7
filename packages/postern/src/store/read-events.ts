/** @module Reads the events of the sink `store`, a page at a time, as somebody who can read nothing else. */

import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely'
import {
  type Cursor,
  eachOf,
  literal,
  ofConnections,
  type PageOfRecords,
  type PageRequest,
  pageOf,
  parseCursor,
} from './record-page.ts'
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

type Where = (
  eb: ExpressionBuilder<Schema, 'records.event'>,
) => ExpressionWrapper<Schema, 'records.event', SqlBool>

/** The events that are asked for, the newest first. */
export async function readEvents(
  store: Store,
  query: EventQuery,
  page: PageRequest,
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

function eventsWhere(query: EventQuery): Where {
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
