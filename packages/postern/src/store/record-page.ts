/**
 * @module Pages of records, in the order of an index and with a cursor that leads to the next one. A page looks at a bounded number of
 * records: where few of them match, it is short, and its cursor goes on behind the last one that was looked at.
 */

import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Store } from './store.ts'

/** A page of a list. */
export interface PageOfRecords<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins; absent at the end. */
  readonly cursor?: string
  /** The last record that was looked at, where it is none of the page. */
  readonly end?: Row
}

/** Which page is asked for. */
export interface PageRequest {
  readonly limit: number
  /** Of the page before; one that is none begins anew. */
  readonly cursor?: string | undefined
}

/** A place in the order of a list. */
export type Cursor = readonly [string, string, string]

/** A condition of a row. */
export type Condition = RawBuilder<SqlBool>

/** A table of records, and the order that its pages are in. */
export interface RecordList<Row> {
  readonly table: RawBuilder<unknown>
  /** Of which a page is made. */
  readonly columns: RawBuilder<Row>
  /** The columns of an order in which no two rows are alike. */
  readonly key: RawBuilder<unknown>
  readonly order: RawBuilder<unknown>
  /** Rows behind a place; undefined for a place that cannot be in this list. */
  behind(place: Cursor): Condition | undefined
  /** Rows before a place, and the one at it. */
  until(place: Cursor): Condition
  placeOf(row: Row): Cursor
}

/** A way to rows that an index leads to, in the order of the list: those of a connection where something is `one.key`. */
export interface Lookup {
  readonly keys: readonly LookupKey[]
  readonly where: Condition
}

/** One place in the index. */
export interface LookupKey {
  readonly id: string
  readonly key: string
}

/** Which records. */
export interface RecordSearch {
  /** No row is in two of them. */
  readonly lookups: readonly Lookup[]
  /** What an index keeps to beside that, such as a time. */
  readonly within: readonly Condition[]
  /** What each row is looked at for. */
  readonly rest: readonly Condition[]
  /** Rows that are looked at for one page. */
  readonly most: number
}

/** Every record of these connections. */
export function everyOf(connectionIds: readonly string[]): readonly Lookup[] {
  const keys = [...new Set(connectionIds)].map((id) => ({ id, key: '' }))
  return [{ keys, where: sql`true` }]
}

/** Reads a page. */
export function readPage<Row>(
  store: Store,
  list: RecordList<Row>,
  find: () => Promise<RecordSearch>,
  page: PageRequest,
): Promise<PageOfRecords<Row>> {
  return store.readRecords(async () => {
    const search = await find()
    const place = parseCursor(page.cursor)
    const behind = place === undefined ? undefined : list.behind(place)
    const from = behind === undefined ? search : { ...search, within: [...search.within, behind] }
    const end = await findEnd(store, list, from)
    const rows = await readRows(store, list, { search: from, end, limit: page.limit + 1 })
    const last = rows[page.limit - 1]
    if (rows.length > page.limit && last !== undefined)
      return { rows: rows.slice(0, page.limit), cursor: textOf(list.placeOf(last)) }
    return end === undefined ? { rows } : { rows, cursor: textOf(list.placeOf(end)), end }
  })
}

/** The last record that may be looked at; undefined where all of them may. */
export async function findEnd<Row>(
  store: Store,
  list: RecordList<Row>,
  { lookups, within, rest, most }: RecordSearch,
): Promise<Row | undefined> {
  const keys = lookups.reduce((sum, lookup) => sum + lookup.keys.length, 0)
  if (rest.length === 0 || keys === 0) return undefined
  const each = Math.max(MIN_LOOKED_AT, Math.floor(most / keys))
  const found = eachOf(list, lookups, within, sql`offset ${each - 1} limit 1`)
  return (await readFound(store, list, found, 1))[0]
}

// However many connections and types there are.
const MIN_LOOKED_AT = 200

function readRows<Row>(
  store: Store,
  list: RecordList<Row>,
  asked: { readonly search: RecordSearch; readonly end: Row | undefined; readonly limit: number },
): Promise<readonly Row[]> {
  const { search, limit } = asked
  return readFound(
    store,
    list,
    eachOf(list, search.lookups, conditionsOf(list, asked), sql`limit ${limit}`),
    limit,
  )
}

/** What holds of the rows of a search that ends somewhere. */
export function conditionsOf<Row>(
  list: RecordList<Row>,
  { search, end }: { readonly search: RecordSearch; readonly end: Row | undefined },
): readonly Condition[] {
  const until = end === undefined ? [] : [list.until(list.placeOf(end))]
  return [...search.within, ...until, ...search.rest]
}

async function readFound<Row>(
  store: Store,
  { table, columns, key, order }: RecordList<Row>,
  found: RawBuilder<unknown>,
  limit: number,
): Promise<readonly Row[]> {
  // What a page is made of is read for its own rows alone.
  const { rows } = await sql<Row>`
    select ${columns}
    from (select * from (${found}) as found order by ${order} limit ${limit}) as page
    join ${table} using (${key}) order by ${order}`.execute(store.db)
  return rows
}

/**
 * The keys of rows: of each lookup so many in the order of its index, of which a page is made. Asked for all at once, every
 * row would be sorted for each page.
 */
function eachOf<Row>(
  { table, key, order }: RecordList<Row>,
  lookups: readonly Lookup[],
  conditions: readonly Condition[],
  limit: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const parts = lookups.map(
    ({ keys, where }) => sql`
      select found.* from ${keysOf(keys)} cross join lateral (
        select ${key} from ${table} where connection_id = one.id and ${allOf([where, ...conditions])}
        order by ${order} ${limit}) as found`,
  )
  return sql.join(parts, sql` union all `)
}

/** Lookup keys as a table `one`. */
export function keysOf(keys: readonly LookupKey[]): RawBuilder<unknown> {
  return sql`jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as one(id text, key text)`
}

/** All of these. */
export function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql`true` : sql`(${sql.join(conditions, sql` and `)})`
}

function textOf(place: Cursor): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
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

/** The records of these connections, for what is counted of all of them. */
export function ofConnections(connectionIds: readonly string[]): Condition {
  return sql<SqlBool>`connection_id in (select jsonb_array_elements_text(${JSON.stringify(connectionIds)}::jsonb))`
}

/** A text in which nothing is a pattern, and which a column could hold. */
export function literal(text: string): string {
  return text.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')
}
