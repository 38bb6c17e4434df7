/** @module The store on a PostgreSQL server. */

import type { Secret } from '@postern/core'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrate } from './migrate.ts'
import type { Schema } from './schema.ts'
import { Store } from './store.ts'

const INT8 = 20

/** Opens the store on a server. @param url - `postgres://…`, with its password. */
export async function openPostgres(url: Secret): Promise<Store> {
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({ connectionString: url.reveal(), max: 5, types })
  // A connection that is not in use is ended by a restart of the server; the next query opens another. Unheard, it ends this process.
  pool.on('error', () => undefined)
  const root = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  await migrate(root)
  return new Store({ kind: 'postgres', root })
}
