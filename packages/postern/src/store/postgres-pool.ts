/** @module Connections to a PostgreSQL server, few and shared, with errors that say what to do. */

import type { Secret } from '@postern/core'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { explainConnectFailure, explainServerFailure, type ServerPlace } from './postgres-error.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { isOfPrepared, sqlStateOf } from './sql-state.ts'
import { StatementNames } from './statement-names.ts'

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
  /** Whether statements that come again and again are prepared. Default: true. Not for who does not begin transactions again. */
  readonly prepares?: boolean
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
  { max, answerWithinMs = ANSWER_WITHIN_MS, prepares = true }: PoolOptions,
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
    onConnect: planAnew,
  })
  // A connection that the server ends. Whoever uses it is told; without a listener, the process would end too.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { pool: explaining(pool, place, prepares ? new StatementNames() : undefined), place }
}

/** A plan that is kept would be the one for tables as small as they once were. Not every relative has the setting. */
async function planAnew(client: pg.ClientBase): Promise<void> {
  try {
    await client.query('set plan_cache_mode = force_custom_plan')
  } catch (error) {
    // Who does not answer is not handed on: the statement may be answered yet.
    if (sqlStateOf(error) === '') throw error
  }
}

/** A pool whose failures to reach the server are errors that say what to do. Those of a statement are left as they are. */
function explaining(
  pool: pg.Pool,
  place: ServerPlace,
  names: StatementNames | undefined,
): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect().catch((error: unknown) => {
        throw explainConnectFailure(error, place)
      })
      const explained = known.get(client) ?? explainedClient(client, names, place)
      known.set(client, explained)
      return explained
    },
  }
}

function explainedClient(
  client: pg.PoolClient,
  names: StatementNames | undefined,
  place: ServerPlace,
): PostgresPoolClient {
  const query = async (text: string, values: unknown[] = []) => {
    // Without parameters there may be several statements in the text.
    const name = values.length === 0 ? undefined : names?.use(text)
    try {
      if (name === undefined) return await client.query(text, values)
      return await queryPrepared({ text, values, name })
    } catch (error) {
      if (isUnanswered(error)) giveUp(client)
      throw explainServerFailure(error, place)
    }
  }
  const queryPrepared = async (prepared: Required<Omit<pg.QueryConfig<unknown[]>, 'types'>>) => {
    const isAlone = client.getTransactionStatus() === 'I'
    try {
      return await client.query(prepared)
    } catch (error) {
      if (!isOfPrepared(error)) throw error
      names?.forget()
      // A transaction is over by that, and begun again by the store.
      if (!isAlone) throw error
      return await client.query(prepared.text, prepared.values)
    }
  }
  return {
    // Nobody asks for cursors.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy),
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
