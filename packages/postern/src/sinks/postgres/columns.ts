/** @module What of a record stands in a column of its own. A value that such a column cannot hold is left out; the record has it. */

import { type RawBuilder, sql } from 'kysely'

/** What a column holds. */
export type ColumnType = 'text' | 'texts' | 'instant' | 'integer' | 'bigint' | 'boolean' | 'json'

/** A column whose value is read from a record. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly read: (record: unknown) => unknown
}

/** The types in SQL. */
export const sqlTypes: Readonly<Record<ColumnType, RawBuilder<unknown>>> = {
  text: sql`text`,
  texts: sql`text[]`,
  instant: sql`timestamptz`,
  integer: sql`integer`,
  bigint: sql`bigint`,
  boolean: sql`boolean`,
  json: sql`json`,
}

/** The types as PostgreSQL says them. */
export const typeNames: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  texts: 'text[]',
  instant: 'timestamp with time zone',
  integer: 'integer',
  bigint: 'bigint',
  boolean: 'boolean',
  json: 'json',
}

/** The text at a path of members. */
export function textColumn(name: string, ...path: readonly string[]): Column {
  return { name, type: 'text', read: (record) => storableText(memberAt(record, path)) }
}

/** The instant at a path of members. */
export function instantColumn(name: string, ...path: readonly string[]): Column {
  return { name, type: 'instant', read: (record) => storableInstant(memberAt(record, path)) }
}

/** The whole number at a path of members. */
export function integerColumn(name: string, ...path: readonly string[]): Column {
  return { name, type: 'integer', read: (record) => storableInteger(memberAt(record, path)) }
}

/** The texts of one member of each object in an array. */
export function textsColumn(name: string, member: string, ofEach: string): Column {
  return {
    name,
    type: 'texts',
    read: (record) => {
      const values = memberAt(record, [member])
      if (!Array.isArray(values)) return null
      return values
        .map((value) => storableText(memberAt(value, [ofEach])))
        .filter((text) => text !== null)
    },
  }
}

/** Whether PostgreSQL keeps a text as it is: it has no character NUL, and no half of a character. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  let current: unknown = value
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) {
      return undefined
    }
    current = Reflect.get(current, name)
  }
  return current
}

function storableText(value: unknown): string | null {
  return typeof value === 'string' && isStorable(value) ? value : null
}

// What PostgreSQL would take for an instant besides: `now`, `infinity`, the year 0.
const INSTANT = /^(?!0000)\d{4}-\d\d-\d\dT/

function storableInstant(value: unknown): string | null {
  if (typeof value !== 'string' || !INSTANT.test(value)) return null
  const instant = new Date(value)
  if (Number.isNaN(instant.getTime())) return null
  const text = instant.toISOString()
  return INSTANT.test(text) ? text : null
}

const MAX_INTEGER = 2 ** 31 - 1

function storableInteger(value: unknown): number | null {
  return Number.isSafeInteger(value) && Math.abs(Number(value)) <= MAX_INTEGER
    ? Number(value)
    : null
}
