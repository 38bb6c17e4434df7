/** @module Brings the tables of a store to the newest version. Several processes that start at once wait for each other. */

import { type Kysely, sql, type Transaction } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { migrations as ours } from './migrations/registry.ts'
import type { Schema } from './schema.ts'
import { sqlStateOf } from './sql-state.ts'
import { StoreError } from './store-error.ts'

/** By name, as in `migrations/registry.ts`. */
export type Migrations = Readonly<Record<string, Migration>>

// What a process is told that began to make the same tables a moment later: unique violation, duplicate table, duplicate object
// (the type of a table), serialisation failure, deadlock.
const RACES: ReadonlySet<string> = new Set(['23505', '42P07', '42710', '40001', '40P01'])
const MAX_ATTEMPTS = 5

const UNDEFINED_TABLE = '42P01'

/**
 * Brings the tables to the newest version, in one transaction.
 *
 * @throws {StoreError} `store_newer` where a newer program was here before
 * @throws whatever the migration that failed threw; it left nothing behind.
 */
export async function migrate(db: Kysely<Schema>, migrations: Migrations = ours): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (requireKnown(await readMigrations(db), migrations)) return
    try {
      await makeMigrationTables(db)
      await db.transaction().execute(async (trx) => {
        // A large table takes its time.
        await sql`set local statement_timeout = 0`.execute(trx)
        await migrateIn(trx, migrations)
      })
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !RACES.has(sqlStateOf(error))) throw error
    }
  }
}

/** Applies what is missing, in a transaction of the caller's. @param last - the last one that is wanted; default: the newest */
export async function migrateIn(
  trx: Transaction<Schema>,
  migrations: Migrations = ours,
  last?: string,
): Promise<void> {
  const migrator = new Migrator({
    db: trx,
    provider: { getMigrations: async () => ({ ...migrations }) },
  })
  const { error } = await (last === undefined
    ? migrator.migrateToLatest()
    : migrator.migrateTo(last))
  if (error !== undefined) throw error
}

/** The names of the migrations that a store has been through, in their order. */
export async function readMigrations(db: Kysely<Schema>): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`
      select name from kysely_migration order by name`.execute(db)
    return rows.map(({ name }) => name)
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_TABLE) return []
    throw error
  }
}

/** The tables of Kysely's migrator, which would make them in the middle of our transaction, and end it where another process does so too. */
async function makeMigrationTables(db: Kysely<Schema>): Promise<void> {
  await sql`create table if not exists kysely_migration (
    name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(db)
  await sql`create table if not exists kysely_migration_lock (
    id varchar(255) not null primary key, is_locked integer default 0 not null)`.execute(db)
  await sql`insert into kysely_migration_lock (id) values ('migration_lock')
    on conflict do nothing`.execute(db)
}

/** Whether a store has been through all migrations. @throws {StoreError} `store_newer` */
export async function isNewest(db: Kysely<Schema>): Promise<boolean> {
  return requireKnown(await readMigrations(db), ours)
}

/** Whether nothing is missing. */
function requireKnown(done: readonly string[], migrations: Migrations): boolean {
  const known = Object.keys(migrations)
  const unknown = done.find((name) => !known.includes(name))
  if (unknown === undefined) return done.length === known.length
  throw new StoreError(
    'store_newer',
    `The store was opened by a newer version of Postern (${unknown}).`,
    {
      remedy: 'Install that version of Postern, or restore a backup from before it.',
      details: { migration: unknown },
    },
  )
}
