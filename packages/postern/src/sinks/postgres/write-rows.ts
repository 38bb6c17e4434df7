/** @module Rows into their tables: a page is one parameter for what is known of its records, and one for the records. */

import { type Kysely, sql } from 'kysely'
import { sqlTypes } from './columns.ts'
import { type LaidColumn, type Place, rowColumns, tableIn } from './layout.ts'
import type { Row, TableRows } from './rows.ts'
import { type SinkTable, tables } from './tables.ts'

/** Where rows go. */
export interface RowsPlace {
  readonly db: Kysely<unknown>
  readonly place: Place
  readonly org: string
}

/** Writes the rows of one table: events that are not there yet, objects that are different, and no more those that are gone. */
export async function writeRows(
  to: RowsPlace,
  { table, upserts, deletes }: TableRows,
): Promise<void> {
  if (upserts.length > 0) await upsert(to, table, upserts)
  if (deletes.length > 0) await remove(to, table, deletes)
}

/**
 * The records are not looked into by the server: it refuses to for one that has `\u0000` or half a character anywhere, and
 * yet keeps it.
 */
async function upsert(to: RowsPlace, table: SinkTable, rows: readonly Row[]): Promise<void> {
  const columns = rowColumns(table)
  const names = sql.join(columns.map(({ name }) => sql.id(name)))
  await sql`
    insert into ${tableIn(to.place, table.name)} as kept (org, ${names}, json)
    select ${to.org}, ${names}, json
    from rows from (
      json_to_recordset(${knownOf(rows)}::json) as (${definitions(columns)}),
      json_array_elements(${`[${rows.map(({ json }) => json).join(',')}]`}::json)
    ) as page (${names}, json)
    on conflict (org, ${sql.join(table.id.map((name) => sql.id(name)))})
    ${table === tables.event ? sql`do nothing` : updateOf(columns)}`.execute(to.db)
}

function updateOf(columns: readonly LaidColumn[]) {
  const names = [...columns.map(({ name }) => name), 'json']
  const values = names.map((name) => sql`${sql.id(name)} = ${sql.id('excluded', name)}`)
  return sql`do update set ${sql.join(values)} where kept.hash is distinct from excluded.hash`
}

async function remove(to: RowsPlace, table: SinkTable, rows: readonly Row[]): Promise<void> {
  const columns = rowColumns(table).slice(0, table.id.length)
  const isMeant = table.id.map((name) => sql`kept.${sql.id(name)} = page.${sql.id(name)}`)
  await sql`
    delete from ${tableIn(to.place, table.name)} as kept
    using json_to_recordset(${knownOf(rows)}::json) as page (${definitions(columns)})
    where kept.org = ${to.org} and ${sql.join(isMeant, sql` and `)}`.execute(to.db)
}

function knownOf(rows: readonly Row[]): string {
  return JSON.stringify(rows.map(({ values }) => values))
}

function definitions(columns: readonly LaidColumn[]) {
  return sql.join(columns.map(({ name, type }) => sql`${sql.id(name)} ${sqlTypes[type]}`))
}
