/** @module What a client may ask and say about a token: whether it is good, and that it shall be no more. */

import { type Answer, ok } from '../http/answer.ts'
import type { ApiRequest } from '../http/request.ts'
import { type ReadToken, readToken, revokeToken } from './access-token.ts'
import { authenticateClient } from './authenticate-client.ts'
import { type Form, readForm } from './form.ts'
import { oauthError } from './oauth-error.ts'

/**
 * Says whether a token is good, and what it says. One of another server, ended, revoked or unknown is just not active.
 *
 * @param serverId - The custom authorization server that is asked; undefined for the org's own.
 * @throws {OauthRefusal} 401 for a client that is not proven; 400 without `token`.
 * @see RFC 7662, section 2
 */
export async function introspect(
  request: ApiRequest,
  serverId: string | undefined,
): Promise<Answer> {
  const form = readForm(request)
  await authenticateClient(request, form)
  const token = findToken(request, form, serverId)
  if (token === undefined) return ok({ active: false })
  const { scp, cid, exp, iat, sub, aud, iss, jti, cnf } = token.claims
  return ok({
    active: true,
    token_type: cnf === undefined ? 'Bearer' : 'DPoP',
    scope: scp.join(' '),
    client_id: cid,
    exp,
    iat,
    sub,
    aud,
    iss,
    jti,
    ...(cnf === undefined ? {} : { cnf }),
  })
}

/**
 * Ends the life of a token of the client that asks. Says the same where there is no such token.
 *
 * @param serverId - As for {@link introspect}.
 * @throws {OauthRefusal} as {@link introspect}.
 * @see RFC 7009, section 2
 */
export async function revoke(request: ApiRequest, serverId: string | undefined): Promise<Answer> {
  const form = readForm(request)
  const { oauth } = await authenticateClient(request, form)
  const found = findToken(request, form, serverId)
  if (found !== undefined && found.claims.cid === oauth.clientId) {
    revokeToken(request.org, found.claims)
  }
  return { status: 200 }
}

function findToken(
  { org }: ApiRequest,
  form: Form,
  serverId: string | undefined,
): ReadToken | undefined {
  const text = form.get('token') ?? ''
  if (text === '') throw oauthError('token_missing')
  const token = readToken(org, text)
  return typeof token === 'string' || token.signingKey.serverId !== serverId ? undefined : token
}
