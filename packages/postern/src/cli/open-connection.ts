/** @module A connection from the flags of a command, and the org behind it, ready to be used. */

import { findGrantedScopes, formatScopes, type Org } from '@postern/core'
import { type Connection, type ConnectionOptions, parseConnection } from '../config/connection.ts'
import { isProbablePrime } from '../http/primes.ts'
import type { ConnectionFlags } from './connection-flags.ts'
import { readConnectionValues } from './connection-values.ts'
import type { StoreFlags } from './global-options.ts'
import { useKept } from './kept-connection.ts'
import { keptNameOf } from './kept-name.ts'
import { openClient } from './open-client.ts'
import { openTransport } from './open-transport.ts'
import { showPlain, tell, warn } from './output.ts'
import { tellTokenStep } from './steps.ts'
import { countTraffic, type Traffic } from './traffic.ts'

/** How {@link openConnection} works. */
export interface OpenConnectionOptions {
  /** Nothing is sent: the scopes have to be named. */
  readonly offline?: boolean
  readonly signal?: AbortSignal
}

/**
 * Reads and parses a connection; what is worth knowing about its values goes to stderr. Where no scopes are named, the org
 * is asked for those that the app was granted.
 *
 * @throws {ConnectionError} with every problem, in the order of the form.
 * @throws {UsageError | FileError | ConfigError} for values that cannot be read.
 * @throws {ScopeError | TokenError | UpstreamError} where scopes were to be found and could not be.
 */
export async function openConnection(
  flags: ConnectionFlags,
  { offline = false, signal }: OpenConnectionOptions = {},
): Promise<Connection> {
  const values = await readConnectionValues(flags)
  const connection = await parseConnection(values, {
    customDomains: flags.allowDomain ?? [],
    isProbablePrime,
    ...(offline ? {} : { findScopes: findScopes(signal) }),
  })
  for (const { field, code, message } of connection.warnings) warn(code, `${field}: ${message}`)
  return connection
}

/** Finds scopes, and says which. */
function findScopes(signal: AbortSignal | undefined): NonNullable<ConnectionOptions['findScopes']> {
  return async (org, credential) => {
    const { scopes, offered } = await findGrantedScopes({
      org,
      credential,
      transport: openTransport(org),
      onStep: tellTokenStep,
      ...(signal === undefined ? {} : { signal }),
    })
    tell(
      `No scopes were named. Of ${offered.length} that the org offers, the app was granted ${showPlain(formatScopes(scopes))}`,
    )
    return scopes
  }
}

/** An org that can be called. */
export interface OpenOrg {
  readonly org: Org
  /** What its requests come to. */
  readonly traffic: Traffic
}

/**
 * Opens the org of the connection that the flags name or give, and closes it again; what happens on the way to an answer
 * goes to stderr.
 *
 * @throws what {@link openConnection} or `useKept` throws, and the reason of `signal`.
 */
export async function useOrg<Result>(
  flags: ConnectionFlags,
  options: StoreFlags & { readonly signal: AbortSignal },
  work: (open: OpenOrg) => Promise<Result>,
): Promise<Result> {
  const kept = keptNameOf(flags)
  if (kept !== undefined) {
    const { openKeptOrg } = await import('./kept-org.ts')
    return useKept(kept, options, async (api, path) => work(await openKeptOrg(api, path)))
  }
  const { signal } = options
  const { org: url, credential } = await openConnection(flags, { signal })
  signal.throwIfAborted()
  const { transport, traffic } = countTraffic(openTransport(url))
  const place = { org: url, transport, customDomains: flags.allowDomain }
  return work({ org: openClient(place, credential), traffic })
}
