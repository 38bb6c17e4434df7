/** @module What the System Log says of a request for a token. */

import type { RefusedRequest } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import type { ClientApp } from '../state/clients.ts'
import type { EventDraft, Participant } from '../system-log/event.ts'
import { type EventType, eventMessages } from '../system-log/event-messages.ts'
import { clientParticipant } from '../system-log/participants.ts'
import { causeOf } from './cause.ts'
import { OauthRefusal } from './oauth-error.ts'

/** What is known of a request for a token when it is answered. */
export interface GrantAttempt {
  readonly eventType: EventType
  readonly grantType: string
  /** Absent where no client was proven. */
  readonly client?: ClientApp
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
  const actor = client === undefined ? unknownClient : clientParticipant(client)
  const event = { ...draft, eventType, displayMessage: eventMessages[eventType], debugData }
  request.org.log.write(event, causeOf(request, actor))
}

const unknownClient: Participant = {
  id: 'unknown',
  type: 'PublicClientApp',
  alternateId: 'unknown',
  displayName: 'unknown',
}
