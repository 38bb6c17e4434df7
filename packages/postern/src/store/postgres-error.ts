/** @module What a PostgreSQL server that cannot be used says, for people. */

import { showHostile } from '@postern/core'
import { sqlStateOf } from './sql-state.ts'
import { StoreError } from './store-error.ts'

/** Where a server is and who asks it, without a password. */
export interface ServerPlace {
  readonly host: string
  readonly port: string
  readonly user: string
  readonly database: string
}

const UNREACHABLE: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EACCES'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
])

// What the driver says without a code.
const CUT_OFF =
  /^(?:Connection terminated|timeout expired|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/

const CERTIFICATE = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/** A {@link StoreError} where the server cannot be reached or does not let this user in; anything else as it is. */
export function explainServerFailure(error: unknown, place: ServerPlace): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error
  const code = 'code' in error ? String(error.code) : ''
  const where = `${place.host}:${place.port}`
  const details = { host: place.host, port: place.port, reason: code }
  const state = sqlStateOf(error)
  if (CERTIFICATE.test(code)) {
    return new StoreError(
      'store_untrusted',
      `The certificate of ${where} is not trusted (${code}).`,
      {
        remedy: 'Name its authority with sslrootcert=FILE in the URL of the database.',
        details,
        cause: error,
      },
    )
  }
  if (error.message === 'The server does not support SSL connections') {
    return new StoreError('store_untrusted', `PostgreSQL at ${where} does not speak TLS.`, {
      remedy: 'Switch TLS on there, or add sslmode=disable to the URL if the network is yours.',
      details,
      cause: error,
    })
  }
  if (UNREACHABLE.has(code) || CUT_OFF.test(error.message) || /^(?:08|57P)/.test(state)) {
    return new StoreError(
      'store_unreachable',
      `PostgreSQL at ${where} does not answer (${code || showHostile(error.message)}).`,
      { remedy: 'Check that it runs, and that this machine reaches it.', details, cause: error },
    )
  }
  if (state === '53300') {
    return new StoreError('store_unreachable', `PostgreSQL at ${where} has no connection left.`, {
      remedy: 'Raise max_connections there, or run fewer processes.',
      details,
      cause: error,
    })
  }
  const remedy = REFUSALS[state]?.(place)
  if (remedy === undefined) return error
  return new StoreError(
    'store_refused',
    `PostgreSQL at ${where} refuses: ${showHostile(error.message)} (${state}).`,
    { remedy, details, cause: error },
  )
}

/** The same for what happens while a connection is made. */
export function explainConnectFailure(error: unknown, place: ServerPlace): unknown {
  // Of a statement it says something else: that an object is not in the state that it asks for.
  if (sqlStateOf(error) !== '55000') return explainServerFailure(error, place)
  const { host, port } = place
  const database = showHostile(place.database)
  return new StoreError(
    'store_unreachable',
    `The database ${database} of PostgreSQL at ${host}:${port} takes no connections (55000).`,
    {
      remedy: `Let it take them again: alter database "${database}" with allow_connections true.`,
      details: { host, port, reason: '55000' },
      cause: error,
    },
  )
}

/** The same for what happens while the tables are made. */
export function explainMigrationFailure(error: unknown, place: ServerPlace): unknown {
  if (sqlStateOf(error) !== '42501') return error
  const user = showHostile(place.user)
  return new StoreError(
    'store_refused',
    `The user ${user} may not make tables in the database ${showHostile(place.database)}.`,
    {
      remedy: `Let it: grant create on schema public to "${user}".`,
      details: { host: place.host, port: place.port, reason: '42501' },
      cause: error,
    },
  )
}

const signIn = () => 'Check the user and the password in the URL of the database.'

/** By SQLSTATE. @see PostgreSQL, appendix A - Error Codes */
const REFUSALS: Readonly<Record<string, (place: ServerPlace) => string>> = {
  '28000': signIn,
  '28P01': signIn,
  '3D000': ({ database }) => `Create the database: create database "${showHostile(database)}".`,
}
