/** @module The tables that a backup has, as the database describes them. */

import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from './schema.ts'

/** A table whose rows are copied. */
export interface BackupTable {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

// What holds for as long as a process runs, or a browser is signed in: a store that is restored has neither yet, and what has
// ended since the backup stays so.
const OF_PROCESSES: ReadonlySet<string> = new Set(['lease', 'connection_use', 'console_session'])

// What the sink `store` has is part of where its feeds stand.
const RECORDS = 'records'

/** The types of columns that there are, by the name that the database gives them. */
const TYPES: Readonly<Record<string, RawBuilder<unknown>>> = {
  bool: sql`boolean`,
  bytea: sql`bytea`,
  float8: sql`double precision`,
  int4: sql`integer`,
  int8: sql`bigint`,
  json: sql`json`,
  jsonb: sql`jsonb`,
  _text: sql`text[]`,
  text: sql`text`,
  timestamptz: sql`timestamptz`,
  varchar: sql`varchar`,
}

/** The tables whose rows are copied, by name. */
export async function listTables(db: Kysely<Schema>): Promise<readonly BackupTable[]> {
  return (await listAllTables(db)).filter(({ name }) => !OF_PROCESSES.has(name))
}

/** Every table of ours, by name; of the records with their schema. Those of the migrations are not among them. */
export async function listAllTables(db: Kysely<Schema>): Promise<readonly BackupTable[]> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  const tables = await db.introspection.getTables()
  return tables
    .filter(({ schema }) => schema === rows[0]?.schema || schema === RECORDS)
    .map(({ schema, name, columns }) => ({
      name: schema === RECORDS ? `${RECORDS}.${name}` : name,
      columns: columns.map((column) => ({ name: column.name, type: column.dataType })),
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** A type, for a statement. */
export function typeOf({ type }: BackupTable['columns'][number]): RawBuilder<unknown> {
  const known = TYPES[type]
  if (known === undefined) throw new Error(`No backup knows the type ${type} yet.`)
  return known
}
