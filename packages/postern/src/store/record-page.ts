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

/** What an index keeps to: a part of its order. */
export interface Bound {
  readonly rows: Condition
  /** None of them is earlier. */
  readonly from?: Date
  /** None of them is later. */
  readonly to?: Date
}

/** A table of records, and the order that its pages are in. */
export interface RecordList<Row> {
  readonly table: RawBuilder<unknown>
  /** Of which a page is made. */
  readonly columns: RawBuilder<Row>
  /** The columns of an order in which no two rows are alike. */
  readonly key: RawBuilder<unknown>
  readonly order: RawBuilder<unknown>
  /** The column of time that indexes end with, where there is one. */
  readonly time?: RawBuilder<unknown>
  /** Rows behind a place; undefined for a place that cannot be in this list. */
  behind(place: Cursor): Bound | undefined
  /** Rows before a place, and the one at it. */
  until(place: Cursor): Bound
  placeOf(row: Row): Cursor
}

/**
 * A way to rows that an index leads to, in the order of the list: for each key all those of its connection, or those where a column
 * is the key, which stands in an index between the connection and the time, or the only one where a column is the key.
 */
export interface Lookup {
  readonly keys: readonly LookupKey[]
  readonly column?: RawBuilder<unknown>
  readonly unique?: RawBuilder<unknown>
}

/** One place in the index. */
export interface LookupKey {
  readonly id: string
  readonly key: string
  /** How many rows it leads to beside the other keys of its lookup, roughly; absent where nobody knows. */
  readonly weight?: number
}

/** Which records. */
export interface RecordSearch {
  /** A row may be in several of them, and is found once. */
  readonly lookups: readonly Lookup[]
  /** What an index keeps to beside that, such as a time. */
  readonly within: readonly Bound[]
  /** What each row is looked at for. */
  readonly rest: readonly Condition[]
  /** Rows that are looked at for one page. */
  readonly most: number
}

/** Every record of these connections. */
export function everyOf(connectionIds: readonly string[]): readonly Lookup[] {
  const keys = [...new Set(connectionIds)].map((id) => ({ id, key: '' }))
  return [{ keys }]
}

/** Reads a page. @param find - what is looked for; it is told where the page begins, if not at the beginning */
export function readPage<Row>(
  store: Store,
  list: RecordList<Row>,
  find: (place: Cursor | undefined) => Promise<RecordSearch>,
  page: PageRequest,
): Promise<PageOfRecords<Row>> {
  return store.readRecords(async () => {
    const given = parseCursor(page.cursor)
    const behind = given === undefined ? undefined : list.behind(given)
    const search = await find(behind === undefined ? undefined : given)
    const from = behind === undefined ? search : { ...search, within: [...search.within, behind] }
    const limit = page.limit + 1
    const end = isShort(search, limit) ? undefined : await findEnd(store, list, from)
    const rows = await readRows(store, list, { search: from, end, limit })
    const last = rows[page.limit - 1]
    if (rows.length > page.limit && last !== undefined)
      return { rows: rows.slice(0, page.limit), cursor: textOf(list.placeOf(last)) }
    return end === undefined ? { rows } : { rows, cursor: textOf(list.placeOf(end)), end }
  })
}

/** Whether so many rows of each key, which all match, are few enough. */
function isShort(search: RecordSearch, limit: number): boolean {
  return search.rest.length === 0 && countKeys(search) * limit <= mostOf(search)
}

/** The last record that may be looked at; undefined where all of them may. */
export async function findEnd<Row>(
  store: Store,
  list: RecordList<Row>,
  search: RecordSearch,
): Promise<Row | undefined> {
  const all = countKeys(search)
  if (all === 0) return undefined
  const most = mostOf(search)
  const ends = search.lookups.flatMap((lookup) =>
    [...divide(lookup.keys, (most * lookup.keys.length) / all)].map(([share, sharing]) => {
      const rows = rowsOf(list, lookup, search.within)
      const order = orderOf(list, lookup)
      return eachOf(sharing, sql`select ${list.key} ${rows} ${order} offset ${share - 1} limit 1`)
    }),
  )
  return (await readFound(store, list, ends, 1))[0]
}

// Of many connections something of each is looked at, or a page would come to nothing.
const LEAST_OF_CONNECTION = 201

function mostOf({ lookups, most }: RecordSearch): number {
  const ids = new Set(lookups.flatMap(({ keys }) => keys.map(({ id }) => id)))
  return Math.max(most, ids.size * LEAST_OF_CONNECTION)
}

function countKeys({ lookups }: RecordSearch): number {
  return lookups.reduce((sum, { keys }) => sum + keys.length, 0)
}

/**
 * How many rows of each key may be looked at, and the keys for which it is so many; all together no more than `most`. A page ends
 * where the first key comes to its share: half of all is divided by what each of them leads to, the other half equally.
 */
function divide(
  keys: readonly LookupKey[],
  most: number,
): ReadonlyMap<number, readonly LookupKey[]> {
  const equal = Math.max(1, Math.floor(most / keys.length))
  const all = keys.reduce((sum, { weight = 0 }) => sum + weight, 0)
  if (all === 0) return new Map([[equal, keys]])
  // As powers of two, which are few: those with the same one are asked for together.
  return Map.groupBy(keys, ({ weight = 0 }) => {
    const share = (equal + (most * weight) / all) / 2
    return 2 ** Math.floor(Math.log2(Math.max(1, share)))
  })
}

function readRows<Row>(
  store: Store,
  list: RecordList<Row>,
  asked: { readonly search: RecordSearch; readonly end: Row | undefined; readonly limit: number },
): Promise<readonly Row[]> {
  const { search, end, limit } = asked
  const found = eachMatch(
    list,
    search,
    end,
    (matching, order) =>
      sql`select ${list.key} from (${matching}) as matching ${order} limit ${limit}`,
  )
  return readFound(store, list, found, limit)
}

/**
 * Of each key the rows that match. One key after the other, with a limit of its own: what is looked at is found by its index
 * then, whatever the rest of a search would have the database prefer.
 *
 * @param of - what is asked of the rows of a key, in which no two are alike, and which have this order
 */
export function eachMatch<Row>(
  list: RecordList<Row>,
  search: RecordSearch,
  end: Row | undefined,
  of: (matching: RawBuilder<unknown>, order: RawBuilder<unknown>) => RawBuilder<unknown>,
): readonly RawBuilder<unknown>[] {
  const { lookups, within, rest } = search
  const until = end === undefined ? [] : [list.until(list.placeOf(end))]
  return lookups.map((lookup) => {
    const order = orderOf(list, lookup)
    const looked = sql`select * ${rowsOf(list, lookup, [...within, ...until])}
      ${order} limit ${mostOf(search)}`
    const matching = sql`select * from (${looked}) as looked where ${allOf(rest)}`
    return eachOf(lookup.keys, of(matching, order))
  })
}

async function readFound<Row>(
  store: Store,
  { table, columns, key, order }: RecordList<Row>,
  found: readonly RawBuilder<unknown>[],
  limit: number,
): Promise<readonly Row[]> {
  // What a page is made of is read for its own rows alone.
  const { rows } = await sql<Row>`
    select ${columns}
    from (select * from (${sql.join(found, sql` union `)}) as found order by ${order} limit ${limit}) as page
    join ${table} using (${key}) order by ${order}`.execute(store.db)
  return rows
}

/** The rows of the key `one`. */
function rowsOf<Row>(
  { table, time }: RecordList<Row>,
  { column, unique }: Lookup,
  within: readonly Bound[],
): RawBuilder<unknown> {
  const bounds = allOf(within.map(({ rows }) => rows))
  if (unique !== undefined)
    // Before it is compared: its time has an index, too.
    return sql`from (select * from ${table} where connection_id = one.id and ${unique} = one.key
      limit 1) as own where ${bounds}`
  const own = sql`from ${table} where connection_id = one.id and ${bounds}`
  if (column === undefined || time === undefined) return own
  // As a piece of the order of that index: of a column that is equal, the database might go through all of a connection by its
  // time, where it believes that it is equal in most of them.
  const from = Math.max(...within.map((bound) => bound.from?.getTime() ?? Number.NEGATIVE_INFINITY))
  const to = Math.min(...within.map((bound) => bound.to?.getTime() ?? Number.POSITIVE_INFINITY))
  return sql`${own} and (${column}, ${time}) >= (one.key, ${instantText(from)}::timestamptz)
    and (${column}, ${time}) <= (one.key, ${instantText(to)}::timestamptz)`
}

/** Of the rows of a key: what is the same in all of them stands in the index before the time. One row alone has none. */
function orderOf<Row>({ order }: RecordList<Row>, { column, unique }: Lookup): RawBuilder<unknown> {
  if (unique !== undefined) return sql``
  return column === undefined ? sql`order by ${order}` : sql`order by ${column} desc, ${order}`
}

function instantText(ms: number): string {
  if (Number.isFinite(ms)) return new Date(ms).toISOString()
  return ms < 0 ? '-infinity' : 'infinity'
}

function eachOf(keys: readonly LookupKey[], rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select found.* from ${keysOf(keys)} cross join lateral (${rows}) as found`
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
