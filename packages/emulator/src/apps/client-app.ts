/** @module Makes the OAuth client of an app from what was sent: keys, secrets and what a change of method takes away. */

import { randomText } from '../ids.ts'
import type { ClientAuthMethod, ClientSecret, OauthClient } from '../state/app.ts'
import type { Org } from '../state/org.ts'
import { mergeKeys } from './key-input.ts'
import type { OauthInput } from './oauth-input.ts'

const SECRET_LENGTH = 64

/**
 * The client that an app gets, new or in the place of `before`.
 *
 * Secrets go when the method becomes `private_key_jwt`, stored keys when a `jwks_uri` comes; a method with a secret
 * makes one.
 *
 * @see Okta, "Implement OAuth for Okta with a service app" - what switching deletes
 */
export function makeClient(
  org: Org,
  input: OauthInput,
  clientId: string,
  before?: OauthClient,
): OauthClient {
  const { keys, jwksUri, clientId: _id, clientSecret, ...same } = input
  return {
    ...same,
    clientId,
    keys: keysOf(org, input, before),
    ...(jwksUri !== undefined && { jwksUri }),
    ...keptUri(org, input, before),
    secrets: secretsOf(org, input.authMethod, clientSecret, before?.secrets ?? []),
    grants: before?.grants ?? [],
    roles: before?.roles ?? [],
  }
}

/** A new secret, of a given value or of one that nobody can guess. */
export function makeSecret(org: Org, value = randomText(SECRET_LENGTH)): ClientSecret {
  const atMs = org.time.secondMs()
  return {
    id: org.ids.next('clientSecret'),
    status: 'ACTIVE',
    value,
    createdMs: atMs,
    lastUpdatedMs: atMs,
  }
}

/** Whether a client proves itself with a secret. */
export function usesSecret(method: ClientAuthMethod): boolean {
  return method.startsWith('client_secret')
}

function keysOf(org: Org, { keys, jwksUri }: OauthInput, before?: OauthClient) {
  if (keys !== undefined) return mergeKeys(org, before?.keys ?? [], keys)
  const kept = jwksUri === undefined && org.assumptions.keysAbsentOnPut === 'kept'
  return kept ? (before?.keys ?? []) : []
}

function keptUri(
  org: Org,
  { keys, jwksUri }: OauthInput,
  before?: OauthClient,
): Pick<OauthClient, 'jwksUri'> {
  const kept = keys === undefined && jwksUri === undefined && before?.jwksUri !== undefined
  return kept && org.assumptions.keysAbsentOnPut === 'kept' ? { jwksUri: before.jwksUri } : {}
}

function secretsOf(
  org: Org,
  method: ClientAuthMethod,
  given: string | undefined,
  before: readonly ClientSecret[],
): readonly ClientSecret[] {
  if (!usesSecret(method)) return []
  if (given !== undefined && !before.some(({ value }) => value === given)) {
    return [makeSecret(org, given)]
  }
  return before.length > 0 ? before : [makeSecret(org)]
}
