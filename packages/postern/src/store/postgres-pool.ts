/** @module Connections to a PostgreSQL server, few and shared, with errors that say what to do. */

import type { Secret } from '@postern/core'
import type { PostgresPool } from 'kysely'
import pg from 'pg'
import { explainConnectFailure, explainServerFailure, type ServerPlace } from './postgres-error.ts'
import { parsePostgresUrl } from './postgres-url.ts'

const INT8 = 20

const CONNECT_WITHIN_MS = 10_000
const STATEMENT_WITHIN_MS = 60_000

// As long as a lease: who is stopped in the middle of a transaction keeps others from its rows no longer than from its work.
const IDLE_WITHIN_MS = 30_000

// A little longer than the server's own limit: a connection that died without a word ends here.
const ANSWER_WITHIN_MS = 70_000

/** Options of {@link openPool}. */
export interface PoolOptions {
  /** The most connections. */
  readonly max: number
  /** A connection that has not answered for as long is given up. 0: never. Default: 70 s. */
  readonly answerWithinMs?: number
}

/**
 * Opens a pool; it connects when it is used.
 *
 * A host that is not this machine is spoken to over TLS, with a certificate that is verified, unless the URL says
 * `sslmode=disable`; `sslrootcert=FILE` names an authority. The pool rejects with what {@link explainServerFailure} makes
 * of a failure to reach the server; those of a statement are left as they are.
 *
 * @param url - `postgres://…`, with its password.
 * @throws {StoreError} `store_refused` for a URL that cannot be used
 */
export function openPool(
  url: Secret,
  { max, answerWithinMs = ANSWER_WITHIN_MS }: PoolOptions,
): { readonly pool: PostgresPool; readonly place: ServerPlace } {
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const { connectionString, place } = parsePostgresUrl(url.reveal())
  const pool = new pg.Pool({
    connectionString,
    types,
    application_name: 'postern',
    keepAlive: true,
    max,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    statement_timeout: STATEMENT_WITHIN_MS,
    query_timeout: answerWithinMs,
    idle_in_transaction_session_timeout: IDLE_WITHIN_MS,
  })
  // A connection that the server ends. Whoever uses it is told; without a listener, the process would end too.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { pool: explaining(pool, place), place }
}

/** A pool whose failures to reach the server are errors that say what to do. Those of a statement are left as they are. */
function explaining(pool: pg.Pool, place: ServerPlace): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect().catch((error: unknown) => {
        throw explainConnectFailure(error, place)
      })
      const query = client.query.bind(client)
      return Object.assign(Object.create(client), {
        query: (text: string, values: unknown[]) =>
          query(text, values).catch((error: unknown) => {
            if (isUnanswered(error)) giveUp(client)
            throw explainServerFailure(error, place)
          }),
      })
    },
  }
}

function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

/**
 * Ends a connection whose server owes an answer. The driver would give it to the next user: behind a statement that may come to
 * its end after all, and within a transaction that nobody could take back any more.
 */
function giveUp(client: pg.PoolClient): void {
  // It closes at once, and does not wait for the server.
  client.end().catch(() => undefined)
}
