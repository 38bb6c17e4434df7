/** @module The tables of the PostgreSQL sink: made where they are missing, and refused where somebody else's are in their place. */

import { type Kysely, sql } from 'kysely'
import { SinkError } from '../sink-error.ts'
import { sqlTypes, typeNames } from './columns.ts'
import { type LaidTable, laidTables, type Place, tableIn } from './layout.ts'

type Database = Kysely<unknown>

/**
 * Makes the schema and the tables that are missing. Several processes may do so at once. A user who may make none needs none
 * where all are there.
 *
 * @throws {SinkError} `sink_settings_invalid` where a table of that name has other columns
 */
export async function createTables(db: Database, place: Place): Promise<void> {
  if (judgeTables(await readColumns(db, place), place) === 'complete') return
  const make = async (trx: Database) => {
    // `if not exists` alone fails where two processes make the same thing.
    await sql`select pg_advisory_xact_lock(hashtext(${`postern ${place.schema}`}))`.execute(trx)
    const { rows } = await sql`
      select from pg_catalog.pg_namespace where nspname = ${place.schema}`.execute(trx)
    if (rows.length === 0) await sql`create schema ${sql.id(place.schema)}`.execute(trx)
    for (const table of laidTables) await createTable(trx, place, table)
  }
  if (db.isTransaction) await make(db)
  else await db.transaction().execute(make)
  judgeTables(await readColumns(db, place), place)
}

async function createTable(db: Database, place: Place, table: LaidTable): Promise<void> {
  const columns = table.columns.map(({ name, type, notNull }) => {
    const definition = sql`${sql.id(name)} ${sqlTypes[type]}`
    return notNull ? sql`${definition} not null` : definition
  })
  const key = sql.join(table.key.map((name) => sql.id(name)))
  await sql`create table if not exists ${tableIn(place, table.name)} (
    ${sql.join(columns)}, primary key (${key}))`.execute(db)
  for (const column of table.indexed) {
    const index = sql.id(`${place.prefix}${table.name}_${column}`)
    await sql`create index if not exists ${index}
      on ${tableIn(place, table.name)} (org, ${sql.id(column)})`.execute(db)
  }
}

interface FoundColumn {
  readonly tableName: string
  readonly name: string
  readonly type: string
}

async function readColumns(db: Database, place: Place): Promise<readonly FoundColumn[]> {
  const names = laidTables.map(({ name }) => place.prefix + name)
  const { rows } = await sql<FoundColumn>`
    select c.relname as "tableName", a.attname as name, format_type(a.atttypid, null) as type
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = ${place.schema} and c.relname = any(${names})`.execute(db)
  return rows
}

/** @throws {SinkError} `sink_settings_invalid` where a table is there and is not ours */
function judgeTables(found: readonly FoundColumn[], place: Place): 'complete' | 'incomplete' {
  const types = new Map(found.map(({ tableName, name, type }) => [`${tableName}.${name}`, type]))
  let verdict: 'complete' | 'incomplete' = 'complete'
  for (const table of laidTables) {
    const tableName = place.prefix + table.name
    if (!found.some((column) => column.tableName === tableName)) {
      verdict = 'incomplete'
      continue
    }
    for (const { name, type } of table.columns) {
      const present = types.get(`${tableName}.${name}`)
      if (present === typeNames[type]) continue
      const has = present === undefined ? 'no such column' : `the type ${present}`
      throw new SinkError(
        'sink_settings_invalid',
        `The table ${place.schema}.${tableName} is not of this sink: ${name} should be ${typeNames[type]}, and has ${has}.`,
        { remedy: 'Give the sink another schema or tablePrefix, or rename that table.' },
      )
    }
  }
  return verdict
}
