/** @module Faults of access tokens, nonces and single-use ids. */

import type { AuthorizationState } from '../state/authorization.ts'
import type { Fault, FaultText, Undo } from './fault.ts'
import type { ParameterValues } from './parameter.ts'

/** Faults of tokens. */
export const tokenFaults: readonly Fault[] = [
  authorizationFault(
    {
      name: 'token-life-short',
      summary: 'Access tokens end long before the hour is over.',
      answers: 'A smaller expires_in; then 401 invalid_token: The token has expired.',
      parameters: {
        seconds: {
          meaning: 'how long a token lives',
          type: 'number',
          default: 60,
          range: [1, 86_400],
        },
      },
    },
    (authorization, values) => {
      const before = authorization.tokenLifeSeconds
      authorization.tokenLifeSeconds = values.number('seconds') ?? before
      return () => {
        authorization.tokenLifeSeconds = before
      }
    },
  ),
  authorizationFault(
    {
      name: 'token-life-misstated',
      summary: 'Access tokens end sooner than the token endpoint says.',
      answers: 'expires_in 3600, and 401 invalid_token: The token has expired. before that',
      parameters: {
        seconds: {
          meaning: 'how long a token lives',
          type: 'number',
          default: 60,
          range: [1, 86_400],
        },
      },
    },
    (authorization, values) => {
      const { tokenLifeSeconds, toldLifeSeconds } = authorization
      authorization.toldLifeSeconds = toldLifeSeconds ?? tokenLifeSeconds
      authorization.tokenLifeSeconds = values.number('seconds') ?? tokenLifeSeconds
      return () => {
        authorization.tokenLifeSeconds = tokenLifeSeconds
        authorization.toldLifeSeconds = toldLifeSeconds
      }
    },
  ),
  authorizationFault(
    {
      name: 'tokens-revoked',
      summary: 'Every access token given so far was revoked.',
      answers: '401 invalid_token for them; new ones work',
    },
    (authorization) => {
      authorization.revokeAll()
      return undefined
    },
  ),
  authorizationFault(
    {
      name: 'nonces-forgotten',
      summary: 'The org does not know the nonces any more that it gave.',
      answers: '400 use_dpop_nonce for a cached nonce, with a new one',
    },
    (authorization) => {
      authorization.forgetNonces()
      return undefined
    },
  ),
  authorizationFault(
    {
      name: 'nonce-required-at-apis',
      summary: 'The management APIs ask for a nonce in proofs, as RFC 9449 lets them.',
      answers: '401 or 400 with use_dpop_nonce in WWW-Authenticate and a dpop-nonce header',
    },
    (authorization) => {
      const before = authorization.resourceNonceRequired
      authorization.resourceNonceRequired = true
      return () => {
        authorization.resourceNonceRequired = before
      }
    },
  ),
  replayFault(
    'assertions-replayed',
    'Something on the way sends every token request twice, and the copy arrives first.',
    '401 invalid_client: The client_assertion token has already been used.',
    'assertions',
  ),
  replayFault(
    'proofs-replayed',
    'Something on the way sends every request with a proof twice, and the copy arrives first.',
    '400 invalid_dpop_proof: The DPoP proof JWT has already been used.',
    'proofs',
  ),
  authorizationFault(
    {
      name: 'client-credentials-unavailable',
      summary: "The org's plan does not let its own authorization server grant client credentials.",
      answers:
        "400 unsupported_grant_type: 'client_credentials' grant type can only be used with a custom authorization server.",
    },
    (authorization) => {
      const before = authorization.clientCredentialsAtOrg
      authorization.clientCredentialsAtOrg = false
      return () => {
        authorization.clientCredentialsAtOrg = before
      }
    },
  ),
]

function replayFault(
  name: string,
  summary: string,
  answers: string,
  what: AuthorizationState['jtiReplay'],
): Fault {
  return authorizationFault({ name, summary, answers }, (authorization) => {
    const before = authorization.jtiReplay
    authorization.jtiReplay = what
    return () => {
      authorization.jtiReplay = before
    }
  })
}

function authorizationFault(
  text: FaultText,
  change: (authorization: AuthorizationState, values: ParameterValues) => Undo | undefined,
): Fault {
  return {
    ...text,
    kind: 'misconfiguration',
    change: ({ org }, values) => change(org.authorization, values),
  }
}
