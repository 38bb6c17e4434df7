/** @module API tokens (SSWS): they act as the person who made them. */

import { oktaError } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import { API_TOKEN_LIFE_MS } from '../state/api-token.ts'
import { rolesOfUser } from './permissions.ts'
import type { Principal } from './principal.ts'
import { isSameSecret } from './same-secret.ts'

/**
 * The owner of an API token, and thereby the caller.
 *
 * @throws {RefusedRequest} `E0000011` for a token that is unknown, revoked, unused for 30 days, or whose owner is not
 *   active; `E0000006` from outside its network zone.
 * @see Okta, "Create an API token" - what ends a token's life
 */
export function authenticateApiToken(request: ApiRequest, value: string): Principal {
  const { org } = request
  const nowMs = org.time.nowMs()
  const token = [...org.apiTokens].find((known) => isSameSecret(known.value, value))
  const owner = token && org.users.get(token.ownerId)
  const alive =
    token !== undefined && !token.revoked && nowMs - token.lastUsedMs < API_TOKEN_LIFE_MS
  if (!alive || owner === undefined || owner.status !== 'ACTIVE') throw oktaError('E0000011')
  if (!token.networkAllowed) throw oktaError('E0000006')
  org.apiTokens.put({ ...token, lastUsedMs: org.time.secondMs() })
  return { kind: 'api-token', token, owner, roles: rolesOfUser(org, owner) }
}
