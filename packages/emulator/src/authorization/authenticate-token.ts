/** @module Access tokens at the management API: whose they are, and whether whoever sends one may use it. */

import type { RefusedRequest } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { type ReadToken, readToken } from './access-token.ts'
import { refuseCall, type TokenScheme } from './challenge.ts'
import type { OauthReason } from './oauth-error.ts'
import { orgUrlFor } from './origin.ts'
import type { Principal } from './principal.ts'
import { judgeProof, proofHeaders } from './proof.ts'

/**
 * The service app that an access token was given to, with the token's scopes and the roles that the app has now.
 *
 * @throws {RefusedRequest} 401 for a token that is not good; 400 for one that is not used as it is bound.
 * @see RFC 6750, section 3.1; RFC 9449, section 7
 */
export function authenticateToken(
  request: ApiRequest,
  route: ManagementRoute,
  scheme: TokenScheme,
  text: string,
): Principal {
  const refuse = (reason: OauthReason): RefusedRequest =>
    refuseCall(request, scheme, route.scope, reason)
  const token = readToken(request.org, text)
  if (typeof token === 'string') throw refuse(token)
  const fault = judgeRecipient(request, token) ?? judgeUse(request, scheme, { text, token })
  if (fault !== undefined) throw refuse(fault)
  const { client: app } = token
  const { clientId, roles } = app.oauth
  const scopes = new Set(token.claims.scp)
  return { kind: 'service-app', app, clientId, scopes, scheme, roles }
}

function judgeRecipient(request: ApiRequest, token: ReadToken): OauthReason | undefined {
  if (token.signingKey.serverId !== undefined) return 'token_audience_invalid'
  const isStrict = request.org.assumptions.tokenOfOtherHost === 'refused'
  const isOther = token.claims.iss !== orgUrlFor(request)
  return isStrict && isOther ? 'token_issuer_invalid' : undefined
}

function judgeUse(
  request: ApiRequest,
  scheme: TokenScheme,
  { text, token }: { readonly text: string; readonly token: ReadToken },
): OauthReason | undefined {
  const boundTo = token.claims.cnf?.jkt
  if (boundTo === undefined) return scheme === 'DPoP' ? 'token_not_bound' : undefined
  if (scheme === 'Bearer') {
    return proofHeaders(request).length > 0 ? 'dpop_scheme_required' : 'resource_proof_required'
  }
  const proof = judgeProof(request, { text, boundTo })
  if (typeof proof === 'string') return proof
  const { authorization, time } = request.org
  if (!authorization.resourceNonceRequired) return undefined
  const { nonce } = proof
  const isValid = typeof nonce === 'string' && authorization.nonces.isValid(nonce, time.nowMs())
  return isValid ? undefined : 'resource_nonce_required'
}
