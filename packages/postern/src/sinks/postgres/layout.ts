/** @module Every column of a table of the PostgreSQL sink, in order, and what it is called in the database. */

import { type RawBuilder, sql } from 'kysely'
import type { ColumnType } from './columns.ts'
import { OFFSET_TABLE, type SinkTable, tables } from './tables.ts'

/** Where the tables are. */
export interface Place {
  readonly schema: string
  readonly prefix: string
}

/** A column as the database has it. */
export interface LaidColumn {
  readonly name: string
  readonly type: ColumnType
  readonly notNull: boolean
}

/** A table as the database has it. */
export interface LaidTable {
  readonly name: string
  readonly columns: readonly LaidColumn[]
  readonly key: readonly string[]
  readonly indexed: readonly string[]
}

const required = (name: string, type: ColumnType): LaidColumn => ({ name, type, notNull: true })

/** What every row of a kind says beside the record: of an event where it came in, of an object which state it is. */
const EVENT_COLUMNS: readonly LaidColumn[] = [
  required('first_seen_at', 'instant'),
  required('replay', 'boolean'),
  required('batch_seq', 'bigint'),
  required('batch_index', 'integer'),
]
const OBJECT_COLUMNS: readonly LaidColumn[] = [
  required('version', 'bigint'),
  required('hash', 'text'),
  required('observed_at', 'instant'),
]

/** The columns of a table that come with each row: all but the org and the record itself. */
export function rowColumns(table: SinkTable): readonly LaidColumn[] {
  return [
    ...table.id.map((name) => required(name, 'text')),
    ...table.columns.map(({ name, type }) => ({ name, type, notNull: false })),
    ...(table === tables.event ? EVENT_COLUMNS : OBJECT_COLUMNS),
  ]
}

const offsetTable: LaidTable = {
  name: OFFSET_TABLE,
  columns: [
    required('feed_id', 'text'),
    required('seq', 'bigint'),
    required('batch_id', 'text'),
    required('lines_hash', 'text'),
    required('written_at', 'instant'),
  ],
  key: ['feed_id'],
  indexed: [],
}

/** Every table. */
export const laidTables: readonly LaidTable[] = [
  offsetTable,
  ...Object.values(tables).map((table) => ({
    name: table.name,
    columns: [required('org', 'text'), ...rowColumns(table), required('json', 'json')],
    key: ['org', ...table.id],
    indexed: table.indexed,
  })),
]

/** A table by its whole name. */
export function tableIn({ schema, prefix }: Place, name: string): RawBuilder<unknown> {
  return sql`${sql.id(schema, prefix + name)}`
}
