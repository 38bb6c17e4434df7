/** @module The store on a PostgreSQL server. */

import type { Secret } from '@postern/core'
import type { MigrationLockOptions } from 'kysely'
import { Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely'
import { isNewest, migrate } from './migrate.ts'
import { explainMigrationFailure } from './postgres-error.ts'
import { openPool } from './postgres-pool.ts'
import type { Schema } from './schema.ts'
import { Store } from './store.ts'

const MAX_CONNECTIONS = 10

/**
 * Opens the store on a server, over TLS as {@link openPool} says.
 *
 * @param url - `postgres://…`, with its password.
 * @throws {StoreError} `store_unreachable`, `store_refused`, `store_untrusted`, `store_newer`
 */
export async function openPostgres(url: Secret): Promise<Store> {
  const { pool, place } = openPool(url, { max: MAX_CONNECTIONS })
  const root = new Kysely<Schema>({ dialect: new SharedDialect({ pool }) })
  try {
    if (!(await isNewest(root))) await migratePatiently(url)
  } catch (error) {
    await root.destroy()
    throw explainMigrationFailure(error, place)
  }
  return new Store({ driver: { kind: 'postgres', pool }, root })
}

/** On a connection of its own, which waits for an answer as long as it takes. */
async function migratePatiently(url: Secret): Promise<void> {
  const { pool } = openPool(url, { max: 1, answerWithinMs: 0, prepares: false })
  const root = new Kysely<Schema>({ dialect: new SharedDialect({ pool }) })
  try {
    await migrate(root)
  } finally {
    await root.destroy()
  }
}

/** PostgreSQL without what its relatives lack. */
class SharedDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new RowLockAdapter()
  }
}

/** Migrations wait for each other at a row, until the end of their transaction; not every relative has advisory locks. */
class RowLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(
    db: Kysely<unknown>,
    { lockTable, lockRowId }: MigrationLockOptions,
  ): Promise<void> {
    await sql`select id from ${sql.table(lockTable)} where id = ${lockRowId} for update`.execute(db)
  }

  override async releaseMigrationLock(): Promise<void> {}
}
