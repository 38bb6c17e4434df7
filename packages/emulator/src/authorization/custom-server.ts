/** @module Custom authorization servers: scopes of their own, given by access policies. */

import { notFound } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import type { AccessPolicy, AuthorizationServer } from '../state/authorization-server.ts'
import type { ClientApp } from '../state/clients.ts'
import { oauthError } from './oauth-error.ts'
import { orgUrlFor } from './origin.ts'
import { requireServiceScopes } from './requested-scopes.ts'
import type { TokenServer } from './token-server.ts'

/**
 * The row of the server that a path names.
 *
 * @throws {RefusedRequest} 404 `E0000007`
 */
export function requireCustomServer({ org, params }: ApiRequest): AuthorizationServer {
  const id = params['authorizationServerId'] ?? ''
  const found = org.authorizationServers.get(id)
  if (found === undefined) throw notFound(id, 'AuthorizationServer')
  return found
}

/** The issuer of a custom server, as whoever sends a request knows it. */
export function customIssuer(request: ApiRequest, { id }: AuthorizationServer): string {
  return `${orgUrlFor(request)}/oauth2/${id}`
}

/**
 * The server behind `/oauth2/{authorizationServerId}/v1/token`.
 *
 * @throws {RefusedRequest} 404 `E0000007`
 * @see Okta, "Authorization servers"; "Access policies"
 */
export function customServer(request: ApiRequest): TokenServer {
  const row = requireCustomServer(request)
  return {
    issuer: customIssuer(request, row),
    audience: row.audience,
    tokenLifeSeconds: row.tokenLifeSeconds,
    toldLifeSeconds: row.tokenLifeSeconds,
    signingKey: request.org.authorization.signingKeys.server(row.id),
    grantEvent: 'app.oauth2.as.token.grant.access_token',
    requireGrant: () => undefined,
    requireClient({ oauth }) {
      if (oauth.isIntegration) throw oauthError('custom_server_not_allowed')
    },
    grantScopes: (client, requested) => grantCustomScopes(row, client, requested),
  }
}

function grantCustomScopes(
  { scopes, policies }: AuthorizationServer,
  { oauth }: ClientApp,
  requested: readonly string[],
): readonly string[] {
  requireServiceScopes(requested)
  const defaults = scopes.filter(({ isDefault }) => isDefault).map(({ name }) => name)
  const wanted = requested.length === 0 ? defaults : requested
  if (wanted.length === 0) throw oauthError('no_default_scopes')
  const known = scopes.filter(({ name }) => wanted.includes(name))
  if (known.length < wanted.length) throw oauthError('no_matching_scope')
  const personal = known.filter(({ consentRequired }) => consentRequired)
  if (personal.length > 0) {
    throw oauthError('user_consent_required', { list: personal.map(({ name }) => name) })
  }
  requirePolicy(policies, oauth.clientId, wanted)
  return wanted
}

function requirePolicy(
  policies: readonly AccessPolicy[],
  clientId: string,
  wanted: readonly string[],
): void {
  const policy = policies.find(
    ({ clients }) => clients === 'ALL_CLIENTS' || clients.includes(clientId),
  )
  if (policy === undefined) throw oauthError('policy_evaluation_failed')
  const allowed = policy.scopes
  const denied = allowed === 'ALL_SCOPES' ? [] : wanted.filter((name) => !allowed.includes(name))
  if (denied.length === 0) return
  if (denied.length === wanted.length) throw oauthError('all_scopes_rejected')
  throw oauthError('scopes_denied_by_policy', { list: denied })
}
