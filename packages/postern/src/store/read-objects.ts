/** @module Reads the objects of the sink `store`, a page at a time, as somebody who can read nothing else. */

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

type Where = (
  eb: ExpressionBuilder<Schema, 'records.object'>,
) => ExpressionWrapper<Schema, 'records.object', SqlBool>

/** The objects that are asked for, by id. */
export async function readObjects(
  store: Store,
  query: ObjectQuery,
  page: PageRequest,
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

/** How many objects there are, by status, the most frequent first. */
export async function countObjects(
  store: Store,
  query: ObjectQuery,
  limit: number,
): Promise<readonly { readonly status: string | null; readonly count: number }[]> {
  const rows = await store.readRecords(() =>
    store.db
      .selectFrom('records.object')
      .select(['status', ({ fn }) => fn.countAll().as('count')])
      .where(ofConnections(query.connectionIds))
      .where(objectsWhere(query))
      .groupBy('status')
      .orderBy('count', 'desc')
      .orderBy('status')
      .limit(limit)
      .execute(),
  )
  return rows.map(({ status, count }) => ({ status, count: Number(count) }))
}

function objectsBehind(after: Cursor | undefined) {
  if (after === undefined) return sql<SqlBool>`true`
  const [connectionId, id] = after
  return sql<SqlBool>`(connection_id, id) > (${connectionId}, ${id})`
}

function objectsWhere(query: ObjectQuery): Where {
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
