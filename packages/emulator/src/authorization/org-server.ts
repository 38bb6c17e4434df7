/** @module The org's own authorization server, the only one that gives `okta.*` scopes. */

import type { ApiRequest } from '../http/request.ts'
import type { OauthClient } from '../state/app.ts'
import type { ClientApp } from '../state/clients.ts'
import type { Org } from '../state/org.ts'
import { oauthError } from './oauth-error.ts'
import { orgUrlFor } from './origin.ts'
import { requireServiceScopes } from './requested-scopes.ts'
import { isOktaScope } from './scopes.ts'
import type { TokenServer } from './token-server.ts'

/**
 * The server behind `/oauth2/v1/token`.
 *
 * Its tokens name the URL they were asked for as their issuer, and always the org's own URL as their audience.
 *
 * @see Okta, "Implement OAuth for Okta"; "Implement OAuth for Okta with a service app"
 */
export function orgServer(request: ApiRequest): TokenServer {
  const { org } = request
  const { authorization } = org
  return {
    issuer: orgUrlFor(request),
    audience: org.url,
    tokenLifeSeconds: authorization.tokenLifeSeconds,
    toldLifeSeconds: authorization.toldLifeSeconds ?? authorization.tokenLifeSeconds,
    signingKey: authorization.signingKeys.org(),
    tokenType: 'application/okta-internal-at+jwt',
    grantEvent: 'app.oauth2.token.grant.access_token',
    requireGrant() {
      if (authorization.clientCredentialsAtOrg) return
      throw oauthError('client_credentials_at_custom_server_only')
    },
    requireClient: ({ oauth }) => requireServiceApp(oauth),
    grantScopes: (client, requested) => grantOrgScopes(org, client, requested),
  }
}

function requireServiceApp({ authMethod, isIntegration, applicationType }: OauthClient): void {
  if (isIntegration) {
    if (authMethod === 'private_key_jwt' || authMethod === 'client_secret_basic') return
    throw oauthError('integration_auth_method')
  }
  if (authMethod !== 'private_key_jwt') throw oauthError('private_key_jwt_required')
  if (applicationType !== 'service') throw oauthError('service_app_required')
}

// What is asked for and not granted is left out without a word, as long as something is left.
function grantOrgScopes(
  { assumptions }: Org,
  { oauth }: ClientApp,
  requested: readonly string[],
): readonly string[] {
  if (requested.length === 0) throw oauthError('no_scopes_requested')
  requireServiceScopes(requested)
  if (!requested.every((name) => name.startsWith('okta.'))) {
    throw oauthError('custom_scopes_not_allowed')
  }
  if (assumptions.unknownScope === 'refused' && !requested.every(isOktaScope)) {
    throw oauthError('no_matching_scope')
  }
  const granted = new Set(oauth.grants.map(({ scopeId }) => scopeId))
  const scopes = requested.filter((name) => granted.has(name))
  if (scopes.length === 0) throw oauthError('no_org_scopes_granted')
  return scopes
}
