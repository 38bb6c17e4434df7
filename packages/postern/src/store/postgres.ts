/** @module The store on a PostgreSQL server. */

import type { Secret } from '@postern/core'
import type { MigrationLockOptions } from 'kysely'
import { Kysely, PostgresAdapter, PostgresDialect, type PostgresPool, sql } from 'kysely'
import pg from 'pg'
import { migrate } from './migrate.ts'
import {
  explainMigrationFailure,
  explainServerFailure,
  type ServerPlace,
} from './postgres-error.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import type { Schema } from './schema.ts'
import { Store } from './store.ts'

const INT8 = 20

const MAX_CONNECTIONS = 10
const CONNECT_WITHIN_MS = 10_000
const STATEMENT_WITHIN_MS = 60_000

// A little longer than the server's own limit: a connection that died without a word ends here.
const ANSWER_WITHIN_MS = 70_000

/**
 * Opens the store on a server.
 *
 * A host that is not this machine is spoken to over TLS, with a certificate that is verified, unless the URL says
 * `sslmode=disable`; `sslrootcert=FILE` names an authority.
 *
 * @param url - `postgres://…`, with its password.
 * @throws {StoreError} `store_unreachable`, `store_refused`, `store_untrusted`, `store_newer`
 */
export async function openPostgres(url: Secret): Promise<Store> {
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const { connectionString, place } = parsePostgresUrl(url.reveal())
  const pool = new pg.Pool({
    connectionString,
    types,
    application_name: 'postern',
    keepAlive: true,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    statement_timeout: STATEMENT_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    idle_in_transaction_session_timeout: STATEMENT_WITHIN_MS,
  })
  // A connection that the server ends. Whoever uses it is told; without a listener, the process would end too.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const root = new Kysely<Schema>({ dialect: new SharedDialect({ pool: explaining(pool, place) }) })
  try {
    await migrate(root)
  } catch (error) {
    await root.destroy()
    throw explainMigrationFailure(error, place)
  }
  return new Store({ kind: 'postgres', root })
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

/** A pool whose failures to reach the server are errors that say what to do. Those of a statement are left as they are. */
function explaining(pool: pg.Pool, place: ServerPlace): PostgresPool {
  const explain = (error: unknown): never => {
    throw explainServerFailure(error, place)
  }
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect().catch(explain)
      const query = client.query.bind(client)
      return Object.assign(Object.create(client), {
        query: (text: string, values: unknown[]) => query(text, values).catch(explain),
      })
    },
  }
}
