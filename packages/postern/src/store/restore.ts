/** @module Puts a backup into an empty store of either kind, all of it or nothing. */

import type { Readable } from 'node:stream'
import { sql, type Transaction } from 'kysely'
import { appendAudit, type Caller } from './audit.ts'
import { BackupError } from './backup-error.ts'
import {
  type BackupEnd,
  type BackupHeader,
  type BackupRow,
  newer,
  openBackup,
} from './backup-format.ts'
import { type BackupTable, listAllTables, listTables, typeOf } from './backup-tables.ts'
import { type Migrations, migrateIn } from './migrate.ts'
import { migrations as ours } from './migrations/registry.ts'
import { analyzeMirror } from './mirror.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

const ROWS_AT_ONCE = 200

// What every store is born with; a backup has its own.
const BORN_WITH = 'audit_head'

/** Options of {@link restoreBackup}. */
export interface RestoreBackupOptions {
  readonly by: Caller
  /** Default: those of this program. */
  readonly migrations?: Migrations
  readonly now?: Date
}

/**
 * Restores a backup. It is read twice: whole, before anything is written, and then for its rows. Tables of an earlier version
 * are made as they were, filled, and brought to the newest one.
 *
 * @param open - gives the file from its beginning.
 * @throws {BackupError} and nothing is written.
 */
export async function restoreBackup(
  store: Store,
  open: () => Readable,
  { by, migrations = ours, now = new Date() }: RestoreBackupOptions,
): Promise<BackupEnd['rows']> {
  await checkBackup(open(), migrations)
  const restored = await store.transaction(async () => {
    await requireEmpty(store)
    const { header, rows } = await openBackup(open())
    const last = header.migrations.at(-1)
    const isOlder = last !== Object.keys(migrations).toSorted().at(-1)
    if (isOlder) await makeTablesOf(store, migrations, last)
    await sql`delete from ${sql.table(BORN_WITH)}`.execute(store.db)
    const end = await insertAll(store, header, rows)
    if (isOlder) await migrateIn(transactionOf(store), migrations)
    await appendAudit(
      store,
      { ...by, action: 'backup.restore', outcome: 'ok', details: { writtenAt: header.writtenAt } },
      now,
    )
    return end.rows
  })
  // A sweep that finds what it left lets nobody count anew.
  await analyzeMirror(store)
  return restored
}

/**
 * Reads a backup to its end, and says how many rows of each table it has.
 *
 * @throws {BackupError} `backup_damaged`, `backup_newer`, `backup_not_one`
 */
export async function checkBackup(
  source: Readable,
  migrations: Migrations = ours,
): Promise<BackupEnd['rows']> {
  const { header, rows } = await openBackup(source)
  const unknown = header.migrations.find((name) => !(name in migrations))
  if (unknown !== undefined) throw newer(unknown)
  for (;;) {
    const { done, value } = await rows.next()
    if (done) return value.rows
  }
}

async function requireEmpty(store: Store): Promise<void> {
  for (const { name } of await listTables(store.db)) {
    const { rows } = await sql<{ count: string | number }>`
      select count(*) as count from ${sql.table(name)}`.execute(store.db)
    const count = Number(rows[0]?.count)
    if (count === 0) continue
    if (name === BORN_WITH) continue
    throw new BackupError('backup_store_not_empty', `The store has rows already (${name}).`, {
      remedy: 'Restore into a new data directory, or into an empty database.',
      details: { table: name, count },
    })
  }
}

/** Makes the tables as they were after a migration, in the place of those that are there and hold nothing. */
async function makeTablesOf(
  store: Store,
  migrations: Migrations,
  last: string | undefined,
): Promise<void> {
  if (last === undefined) throw new Error('A backup of a store without tables.')
  for (const { name } of await listAllTables(store.db)) {
    await sql`drop table ${sql.table(name)}`.execute(store.db)
  }
  await sql`delete from kysely_migration`.execute(store.db)
  await migrateIn(transactionOf(store), migrations, last)
}

async function insertAll(
  store: Store,
  header: BackupHeader,
  rows: AsyncGenerator<BackupRow, BackupEnd>,
): Promise<BackupEnd> {
  const tables = new Map((await listTables(store.db)).map((table) => [table.name, table]))
  const inserts = new Map(
    Object.entries(header.tables).map(([name, columns]) => [
      name,
      insertInto(store, choose(tables.get(name), columns)),
    ]),
  )
  let batch: { readonly table: string; readonly rows: (readonly (string | null)[])[] } | undefined
  const flush = async () => {
    if (batch !== undefined) await inserts.get(batch.table)?.(batch.rows)
    batch = undefined
  }
  for (;;) {
    const { done, value } = await rows.next()
    if (done) {
      await flush()
      return value
    }
    const [table, ...values] = value
    if (batch !== undefined && (batch.table !== table || batch.rows.length === ROWS_AT_ONCE)) {
      await flush()
    }
    batch ??= { table, rows: [] }
    batch.rows.push(values)
  }
}

/** The table with the columns that a backup has, in its order. */
function choose(table: BackupTable | undefined, columns: readonly string[]): BackupTable {
  const chosen = columns.flatMap(
    (name) => table?.columns.find((column) => column.name === name) ?? [],
  )
  if (table !== undefined && chosen.length === columns.length) {
    return { name: table.name, columns: chosen }
  }
  throw newer('tables that are not known here')
}

/** A function that inserts rows, all as one parameter. */
function insertInto({ db }: Store, { name, columns }: BackupTable) {
  const names = sql.join(columns.map((column) => sql.ref(column.name)))
  const values = sql.join(
    columns.map((column, index) => sql`cast(e.r->>cast(${index} as integer) as ${typeOf(column)})`),
  )
  return async (rows: readonly (readonly (string | null)[])[]): Promise<void> => {
    await sql`insert into ${sql.table(name)} (${names})
      select ${values} from jsonb_array_elements(cast(${JSON.stringify(rows)} as jsonb)) as e(r)`.execute(
      db,
    )
  }
}

function transactionOf({ db }: Store): Transaction<Schema> {
  if (!db.isTransaction) throw new Error('There is no transaction.')
  // Just checked.
  return db as Transaction<Schema>
}
