/** @module A connection that is kept, as commands name it: NAME alone. */

import { UsageError } from '../config/usage-error.ts'
import { ApiProblem } from './api-problem.ts'
import type { ConnectionFlags } from './connection-flags.ts'

/**
 * NAME, where it stands alone and means a connection that is kept; undefined where the flags give the connection itself.
 *
 * @throws {UsageError} `usage_invalid` where NAME stands with a part of a connection.
 */
export function keptNameOf(flags: ConnectionFlags): string | undefined {
  const { name, org, fromEnv, dpop } = flags
  if (name === undefined || org !== undefined || fromEnv) return undefined
  const given: string[] = Object.entries(PARTS).flatMap(([part, flag]) =>
    flags[part as keyof typeof PARTS] === undefined ? [] : [flag],
  )
  if (dpop !== 'auto') given.push('--dpop')
  if (given.length === 0) return name
  throw new UsageError(
    'usage_invalid',
    `A connection is named, and ${given.join(', ')} is given.`,
    {
      remedy:
        'Give NAME alone for the connection that is kept; or the whole of another one with --org or --from-env.',
      details: { flags: given },
    },
  )
}

/** @throws {UsageError} `usage_invalid` where NAME stands alone: what is kept gives its key to nobody. */
export function requireCredential(flags: ConnectionFlags): void {
  if (keptNameOf(flags) === undefined) return
  throw new UsageError(
    'usage_invalid',
    'This needs a credential, and a connection that is kept gives none out.',
    {
      remedy: 'Give the connection itself: --org, --client-id and --key; or --from-env.',
    },
  )
}

const PARTS = {
  clientId: '--client-id',
  key: '--key',
  kid: '--kid',
  passphrase: '--passphrase',
  scopes: '--scopes',
  apiToken: '--api-token',
  description: '--description',
  jwtAlg: '--jwt-alg',
  jwtExpirySeconds: '--jwt-expiry-seconds',
  jwtIssuer: '--jwt-issuer',
  jwtSubject: '--jwt-subject',
  jwtAudience: '--jwt-audience',
  tokenUrl: '--token-url',
  assertionKey: '--assertion-key',
  jwtClaim: '--jwt-claim',
  header: '--header',
  allowDomain: '--allow-domain',
} as const satisfies Partial<Record<keyof ConnectionFlags, string>>

/** The path of a kept connection in the API. A name that could not be one leads nowhere else. */
export function pathOfConnection(name: string): string {
  return `/v1/connections/${encodeURIComponent(name)}`
}

/** Runs `work`, and says of a connection that is not kept how it would be. */
export async function withKept<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ApiProblem && error.code === 'connection_not_found'
      ? notKept(name, error)
      : error
  }
}

function notKept(name: string, cause: ApiProblem): ApiProblem {
  // Only what can be a name is said back: a secret may stand in its place.
  const shown = /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) ? name : 'NAME'
  return new ApiProblem(
    cause.code,
    `No connection ${shown === 'NAME' ? 'of that name' : shown} is kept.`,
    {
      remedy: `Connect it with postern connect ${shown} --org … --client-id … --key …, or look at what is kept with postern connections list.`,
      status: cause.status,
      details: cause.details,
      cause,
    },
  )
}
