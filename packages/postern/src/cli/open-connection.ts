/** @module A connection from the flags of a command, and the org behind it, ready to be used. */

import type { Org } from '@postern/core'
import { type Connection, parseConnection } from '../config/connection.ts'
import { isProbablePrime } from '../http/primes.ts'
import type { ConnectionFlags } from './connection-flags.ts'
import { readConnectionValues } from './connection-values.ts'
import { openClient } from './open-client.ts'
import { openTransport } from './open-transport.ts'
import { warn } from './output.ts'
import { countTraffic, type Traffic } from './traffic.ts'

/**
 * Reads and parses a connection; what is worth knowing about its values goes to stderr.
 *
 * @throws {ConnectionError} with every problem, in the order of the form.
 * @throws {UsageError | FileError | ConfigError} for values that cannot be read.
 */
export async function openConnection(flags: ConnectionFlags): Promise<Connection> {
  const values = await readConnectionValues(flags)
  const connection = await parseConnection(values, {
    customDomains: flags.allowDomain ?? [],
    isProbablePrime,
  })
  for (const { field, code, message } of connection.warnings) warn(code, `${field}: ${message}`)
  return connection
}

/** An org that can be called. */
export interface OpenOrg {
  readonly org: Org
  readonly connection: Connection
  /** What its requests come to. */
  readonly traffic: Traffic
}

/**
 * Reads and parses a connection and gives its org; what happens on the way to an answer goes to stderr.
 *
 * @throws what {@link openConnection} throws, and the reason of `signal`.
 */
export async function openOrg(flags: ConnectionFlags, signal: AbortSignal): Promise<OpenOrg> {
  const connection = await openConnection(flags)
  signal.throwIfAborted()
  const { transport, traffic } = countTraffic(openTransport(connection.org))
  const place = { org: connection.org, transport, customDomains: flags.allowDomain }
  const org = openClient(place, connection.credential)
  return { org, connection, traffic }
}
