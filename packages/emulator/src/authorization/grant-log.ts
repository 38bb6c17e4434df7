/** @module What the System Log says of a request for a token. */

import type { RefusedRequest } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import type { Cause, EventDraft, Participant } from '../system-log/event.ts'
import type { Client } from './clients.ts'
import { OauthRefusal } from './oauth-error.ts'

/** What is known of a request for a token when it is answered. */
export interface GrantAttempt {
  readonly eventType: string
  readonly grantType: string
  /** Absent where no client was proven. */
  readonly client?: Client
  readonly requestedScopes: readonly string[]
}

/** A token that was given. */
export interface GivenToken {
  readonly jti: string
  readonly scopes: readonly string[]
}

/** Writes that a token was given. */
export function logGrant(request: ApiRequest, attempt: GrantAttempt, token: GivenToken): void {
  const target: Participant = {
    id: token.jti,
    type: 'access_token',
    alternateId: 'unknown',
    displayName: 'Access Token',
  }
  write(request, attempt, {
    severity: 'INFO',
    outcome: { result: 'SUCCESS', reason: null },
    targets: [target],
    debugData: { grantedScopes: token.scopes.join(', ') },
  })
}

/** Writes that no token was given, and why. A nonce that has to be fetched first is no failure. */
export function logRefusal(
  request: ApiRequest,
  attempt: GrantAttempt,
  refusal: RefusedRequest,
): void {
  const reason = refusal instanceof OauthRefusal ? refusal.reason : 'invalid_client_id'
  const isChallenge = reason === 'nonce_required'
  write(request, attempt, {
    severity: isChallenge ? 'INFO' : 'WARN',
    outcome: isChallenge
      ? { result: 'CHALLENGE', reason: 'use_dpop_nonce' }
      : { result: 'FAILURE', reason },
    debugData: {},
  })
}

function write(
  request: ApiRequest,
  { eventType, grantType, client, requestedScopes }: GrantAttempt,
  draft: Omit<EventDraft, 'eventType' | 'displayMessage'>,
): void {
  const auth = client === undefined ? {} : { clientAuthType: client.oauth.authMethod }
  const debugData = {
    ...auth,
    grantType,
    requestedScopes: requestedScopes.join(', '),
    ...draft.debugData,
  }
  const event = { ...draft, eventType, displayMessage: 'OIDC access token is granted', debugData }
  request.org.log.write(event, causeOf(request, client))
}

function causeOf(request: ApiRequest, client: Client | undefined): Cause {
  const clientId = client?.oauth.clientId ?? 'unknown'
  return {
    actor: {
      id: clientId,
      type: 'PublicClientApp',
      alternateId: clientId,
      displayName: client?.app.label ?? 'unknown',
    },
    requestId: request.requestId,
    requestUri: request.path,
    ipAddress: request.ipAddress,
    userAgent: request.headers['user-agent'] ?? '',
  }
}
