/** @module The tables of the queue: made or brought up to date when the queue starts, by pg-boss, in a schema of its own. */

import { showHostile } from '@postern/core'
import { sql } from 'kysely'
import { type BackendProfile, PgBoss } from 'pg-boss'
import { sqlStateOf } from '../store/sql-state.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import type { QueueDatabase } from './database.ts'

/** The schema of the queue's tables. */
export const SCHEMA = 'pgboss'

/** The version of those tables that this version of pg-boss makes. */
export const SCHEMA_VERSION = 42

const INSUFFICIENT_PRIVILEGE = '42501'
const UNIQUE_VIOLATION = '23505'

// Somebody who was killed 10 seconds ago is missed on a server. An embedded store has only this process.
const WATCH_SECONDS = { postgres: 2, pglite: 60 } as const

/** A queue that is not started yet, and whether its tables are there, of which version. */
export interface FoundQueue {
  readonly boss: PgBoss
  /** Undefined where there are none. */
  readonly version: number | undefined
}

/** Looks for the tables of the queue, and opens pg-boss on them: it can send, and begins nothing. */
export async function findQueue(store: Store, db: QueueDatabase): Promise<FoundQueue> {
  const { schema, version } = await readState(store)
  const seconds = WATCH_SECONDS[store.kind]
  const boss = new PgBoss({
    db,
    backend: store.kind === 'pglite' ? 'pglite' : await readBackend(store),
    schema: SCHEMA,
    // Whoever may not make a schema can be given one.
    createSchema: !schema,
    schedule: false,
    useListenNotify: true,
    superviseIntervalSeconds: seconds,
    monitorIntervalSeconds: seconds,
    // The tables stay small: a job that is done is removed at once.
    reindex: false,
  })
  return { boss, version }
}

/**
 * Refuses what pg-boss would not notice.
 *
 * @throws {StoreError} `store_newer` for tables of a newer version
 */
export function requireKnownVersion(version: number | undefined): void {
  if (version === undefined || version <= SCHEMA_VERSION) return
  throw new StoreError(
    'store_newer',
    `The job queue of the store was opened by a newer version of Postern (${version}).`,
    {
      remedy: 'Install that version of Postern, or restore a backup from before it.',
      details: { version, known: SCHEMA_VERSION },
    },
  )
}

/** Whether another process made the schema at the same moment: `if not exists` looks before that one has committed. */
export function isMadeMeanwhile(error: unknown): boolean {
  return sqlStateOf(error) === UNIQUE_VIOLATION
}

/** The same for what happens while the tables of the queue are made: a {@link StoreError} that names the statement to run. */
export async function explainInstallFailure(store: Store, error: unknown): Promise<unknown> {
  if (sqlStateOf(error) !== INSUFFICIENT_PRIVILEGE) return error
  const { rows } = await sql<{ user: string; database: string }>`
    select current_user as "user", current_database() as database`.execute(store.db)
  const user = showHostile(rows[0]?.user ?? '')
  const database = showHostile(rows[0]?.database ?? '')
  return new StoreError(
    'store_refused',
    `The user ${user} may not make the schema ${SCHEMA} in the database ${database}.`,
    {
      remedy: `Make it: create schema ${SCHEMA} authorization "${user}".`,
      details: { reason: INSUFFICIENT_PRIVILEGE },
      cause: error,
    },
  )
}

async function readState(
  store: Store,
): Promise<{ readonly schema: boolean; readonly version: number | undefined }> {
  const found = await sql<{ schema: boolean; version: boolean }>`
    select exists (select 1 from information_schema.schemata where schema_name = ${SCHEMA}) as schema,
      exists (select 1 from information_schema.tables
        where table_schema = ${SCHEMA} and table_name = 'version') as version`.execute(store.db)
  const { schema = false, version = false } = found.rows[0] ?? {}
  if (!version) return { schema, version: undefined }
  const { rows } = await sql<{ version: number }>`
    select version from ${sql.table(`${SCHEMA}.version`)}`.execute(store.db)
  return { schema, version: rows[0]?.version }
}

/** Which relative of PostgreSQL it is: not all of them have what pg-boss can do without. */
async function readBackend(store: Store): Promise<BackendProfile> {
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(store.db)
  const version = rows[0]?.version ?? ''
  if (/cockroach/i.test(version)) return 'cockroachdb'
  return /yugabyte|-yb-/i.test(version) ? 'yugabytedb' : 'postgres'
}
