/** @module Reads the objects of the sink `store`, a page at a time, as somebody who can read nothing else. */

import { sql } from 'kysely'
import {
  allOf,
  type Condition,
  everyOf,
  literal,
  ofConnections,
  type PageOfRecords,
  type PageRequest,
  type RecordList,
  readPage,
} from './record-page.ts'
import type { Store } from './store.ts'

/** The kinds of objects that are kept. */
export const objectKinds = [
  'user',
  'group',
  'group-member',
  'app',
  'app-user',
  'app-group',
] as const

/** Which objects. */
export interface ObjectQuery {
  /** Of these connections, and no other. */
  readonly connectionIds: readonly string[]
  /** One of {@link objectKinds}. */
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

const LOOKED_AT = 10_000

const objects: RecordList<ReadObject> = {
  table: sql`records.object`,
  columns: sql`connection_id as "connectionId", kind, id, parent, child, status, label, login, version,
    observed_at as "observedAt", raw::text as raw`,
  key: sql`connection_id, kind, id`,
  order: sql`connection_id, id`,
  behind: ([connectionId, id]) => ({ rows: sql`(connection_id, id) > (${connectionId}, ${id})` }),
  until: ([connectionId, id]) => ({ rows: sql`(connection_id, id) <= (${connectionId}, ${id})` }),
  placeOf: ({ connectionId, id }) => [connectionId, id, ''],
}

/** The objects that are asked for, by id. */
export function readObjects(
  store: Store,
  query: ObjectQuery,
  page: PageRequest,
): Promise<PageOfRecords<ReadObject>> {
  const search = {
    lookups: everyOf(query.connectionIds),
    within: [sql<boolean>`kind = ${query.kind}`, ...indexed(query)].map((rows) => ({ rows })),
    rest: unindexed(query),
    most: LOOKED_AT,
  }
  return readPage(store, objects, async () => search, page)
}

/** Which users, groups and apps of a connection are kept, of those that may have one of these ids. */
export async function findKept(
  store: Store,
  connectionId: string,
  ids: readonly string[],
): Promise<readonly Pick<ReadObject, 'kind' | 'id'>[]> {
  if (ids.length === 0) return []
  const { rows } = await store.readRecords(() =>
    sql<Pick<ReadObject, 'kind' | 'id'>>`
      select kind, id from records.object
      where connection_id = ${connectionId} and kind in ('user', 'group', 'app')
        and id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))
      order by kind, id`.execute(store.db),
  )
  return rows
}

/** How many objects there are, by status, the most frequent first. */
export async function countObjects(
  store: Store,
  query: ObjectQuery,
  limit: number,
): Promise<readonly { readonly status: string | null; readonly count: number }[]> {
  const { rows } = await store.readRecords(() =>
    sql<{ status: string | null; count: string | number }>`
      select status, count(*) as count from records.object
      where ${ofConnections(query.connectionIds)} and kind = ${query.kind}
        and ${allOf([...indexed(query), ...unindexed(query)])}
      group by status order by count desc, status limit ${limit}`.execute(store.db),
  )
  return rows.map(({ status, count }) => ({ status, count: Number(count) }))
}

function indexed({ id, parent, child }: ObjectQuery): readonly Condition[] {
  return [
    ...(id === undefined ? [] : [sql<boolean>`id = ${id}`]),
    ...(parent === undefined ? [] : [sql<boolean>`parent = ${parent}`]),
    ...(child === undefined ? [] : [sql<boolean>`child = ${child}`]),
  ]
}

function unindexed({ status, text }: ObjectQuery): readonly Condition[] {
  const pattern = `%${literal(text ?? '')}%`
  return [
    ...(status === undefined ? [] : [sql<boolean>`status = ${status}`]),
    ...(text === undefined
      ? []
      : [sql<boolean>`(label ilike ${pattern} or login ilike ${pattern})`]),
  ]
}
