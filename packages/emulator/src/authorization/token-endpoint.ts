/** @module The token endpoint: its checks in Okta's order, then a token. */

import { type Answer, ok } from '../http/answer.ts'
import { RefusedRequest } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import type { ClientApp } from '../state/clients.ts'
import { mintToken } from './access-token.ts'
import { authenticateClient } from './authenticate-client.ts'
import { type Form, readForm } from './form.ts'
import { type GrantAttempt, logGrant, logRefusal } from './grant-log.ts'
import { clientCredentials, tokenGrantTypes } from './grant-types.ts'
import { oauthError } from './oauth-error.ts'
import { judgeProof, type Proof, proofHeaders } from './proof.ts'
import { parseScopes, requireScopeLength } from './requested-scopes.ts'
import type { TokenServer } from './token-server.ts'

/**
 * Answers a request for a token.
 *
 * Order: the form and its grant; the client's proof of itself, which spends its `jti`; the client's network zone; the
 * DPoP proof; its nonce; the scopes. What is wrong first in this order is what the client hears of.
 *
 * @throws {RefusedRequest} `{ error, error_description }`, mostly 400, and 401 for a client that is not proven.
 * @see RFC 6749, sections 4.4 and 5; RFC 9449, sections 5 and 8
 * @see Okta, OpenID Connect & OAuth 2.0 API, "Token"
 */
export async function answerTokenRequest(
  request: ApiRequest,
  server: TokenServer,
): Promise<Answer> {
  const form = readForm(request)
  let attempt: GrantAttempt = {
    eventType: server.grantEvent,
    grantType: form.get('grant_type') ?? '',
    requestedScopes: parseScopes(form.get('scope')),
  }
  try {
    requireKnownGrant(form, server)
    const client = await authenticateClient(request, form)
    attempt = { ...attempt, client }
    requireOwnGrant(client, attempt.grantType)
    server.requireClient(client)
    if (!client.oauth.networkAllowed) throw oauthError('network_zone')
    const proof = readProof(request, client)
    requireScopeLength(form.get('scope'), request.org.assumptions.scopeMaxCharacters)
    const scopes = server.grantScopes(client, attempt.requestedScopes)
    const nowMs = request.org.time.nowMs()
    const boundTo = proof?.keyThumbprint
    const { text, jti } = mintToken(request.org, server, { client, scopes, boundTo, nowMs })
    logGrant(request, attempt, { jti, scopes })
    return ok(
      {
        token_type: proof === undefined ? 'Bearer' : 'DPoP',
        expires_in: server.toldLifeSeconds,
        access_token: text,
        scope: scopes.join(' '),
      },
      {
        'X-Robots-Tag': 'noindex,nofollow',
        ...(proof === undefined ? {} : nonceHeader(request)),
      },
    )
  } catch (thrown) {
    if (thrown instanceof RefusedRequest) logRefusal(request, attempt, thrown)
    throw thrown
  }
}

function requireKnownGrant(form: Form, server: TokenServer): void {
  const grantType = form.get('grant_type') ?? ''
  if (grantType === '') throw oauthError('grant_type_missing', { list: tokenGrantTypes })
  if (!tokenGrantTypes.includes(grantType)) {
    throw oauthError('grant_type_unsupported', { list: tokenGrantTypes })
  }
  if (grantType === clientCredentials) server.requireGrant()
}

function requireOwnGrant({ oauth }: ClientApp, grantType: string): void {
  const { grantTypes } = oauth
  if (!grantTypes.includes(grantType)) {
    throw oauthError('grant_type_not_allowed', { list: grantTypes })
  }
  if (grantType !== clientCredentials) throw oauthError('grant_invalid')
}

/** The proof of the request, its nonce included; undefined where the token is to be a plain one. */
function readProof(request: ApiRequest, { oauth }: ClientApp): Proof | undefined {
  const isSent = proofHeaders(request).length > 0
  const { assumptions } = request.org
  const isUsed = oauth.dpopRequired || (isSent && assumptions.proofWithoutNeed === 'token-is-bound')
  if (!isUsed) return undefined
  const proof = judgeProof(request)
  if (typeof proof === 'string') throw oauthError(proof)
  requireNonce(request, proof)
  return proof
}

function requireNonce(request: ApiRequest, { nonce }: Proof): void {
  const { authorization, assumptions, time } = request.org
  if (typeof nonce === 'string' && authorization.nonces.isValid(nonce, time.nowMs())) return
  if (nonce !== undefined && assumptions.invalidNonce === 'invalid-dpop-proof') {
    throw oauthError('proof_invalid')
  }
  throw oauthError('nonce_required', { headers: nonceHeader(request) })
}

function nonceHeader({ org }: ApiRequest): { readonly 'dpop-nonce': string } {
  return { 'dpop-nonce': org.authorization.nonces.current(org.time.nowMs()) }
}
