/** @module A connection from the flags of a command, ready to be used. */

import { type Connection, parseConnection } from '../config/connection.ts'
import { isProbablePrime } from '../http/primes.ts'
import type { ConnectionFlags } from './connection-flags.ts'
import { readConnectionValues } from './connection-values.ts'
import { warn } from './output.ts'

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
