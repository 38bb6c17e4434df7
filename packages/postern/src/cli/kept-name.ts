/** @module What NAME means on a command line: a connection that is kept, or the one that the flags give. */

import { UsageError } from '../config/usage-error.ts'
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
