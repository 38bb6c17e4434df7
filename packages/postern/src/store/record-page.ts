/** @module Pages of records: in the order of an index, and with a cursor that leads to the next one. */

import { type SqlBool, sql } from 'kysely'

/** A page of a list. */
export interface PageOfRecords<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins; absent at the end. */
  readonly cursor?: string
}

/** Which page is asked for. */
export interface PageRequest {
  readonly limit: number
  /** Of the page before; one that is none begins anew. */
  readonly cursor?: string | undefined
}

/** The place of the last record of a page in the order of its list. */
export type Cursor = readonly [string, string, string]

/** A page of rows of which one more than its limit was asked for. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
): PageOfRecords<Row> {
  const last = rows[limit - 1]
  if (rows.length <= limit || last === undefined) return { rows }
  const cursor = Buffer.from(JSON.stringify(cursorOf(last))).toString('base64url')
  return { rows: rows.slice(0, limit), cursor }
}

/** The place that a cursor names; undefined for one that is none. */
export function parseCursor(text: string | undefined): Cursor | undefined {
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

/**
 * Connections as a table `one`, each once. A page is read of each in the order of an index, and of those the page: asked for
 * all at once, every row would be sorted for each page.
 */
export function eachOf(connectionIds: readonly string[]) {
  const json = JSON.stringify([...new Set(connectionIds)])
  return sql<{ id: string }>`jsonb_array_elements_text(${json}::jsonb)`.as<'one'>(sql`one(id)`)
}

/** The records of these connections, for what is counted of all of them. */
export function ofConnections(connectionIds: readonly string[]) {
  return sql<SqlBool>`connection_id in (select jsonb_array_elements_text(${JSON.stringify(connectionIds)}::jsonb))`
}

/** A text in which nothing is a pattern, and which a column could hold. */
export function literal(text: string): string {
  return text.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')
}
