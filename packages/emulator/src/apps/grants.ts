/** @module Grants scopes to service apps, and takes them away. */

import { isOktaScope } from '../authorization/scopes.ts'
import { formatTime } from '../clock.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { readText } from '../http/fields.ts'
import { invalid, notFound, oktaError } from '../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { makeAssignment } from '../roles/role-assignment.ts'
import type { ScopeGrant } from '../state/app.ts'
import type { ClientApp } from '../state/clients.ts'
import type { Org } from '../state/org.ts'
import type { Participant } from '../system-log/event.ts'
import { appParticipant, clientParticipant } from '../system-log/participants.ts'
import { event } from './events.ts'
import { requireClientApp } from './require-app.ts'

const all = { path: '/api/v1/apps/{id}/grants', bucket: '/api/v1/apps' } as const
const one = { ...all, path: `${all.path}/{grantId}` } as const

/**
 * `/api/v1/apps/{id}/grants`. Only Super Admins grant and revoke.
 *
 * @see Okta, "Implement OAuth for Okta" - who grants scopes
 */
export const grantRoutes: readonly ManagementRoute[] = [
  {
    ...all,
    method: 'GET',
    summary: "Lists an app's scope grants",
    scope: 'okta.appGrants.read',
    permission: 'grants.read',
    handle: listGrants,
  },
  {
    ...all,
    method: 'POST',
    summary: 'Grants a scope to an app',
    scope: 'okta.appGrants.manage',
    permission: 'grants.write',
    handle: grantScope,
  },
  {
    ...one,
    method: 'GET',
    summary: "Reads one of an app's scope grants",
    scope: 'okta.appGrants.read',
    permission: 'grants.read',
    handle: (request) => {
      const app = requireClientApp(request, 'grants.read')
      const grant = requireGrant(request, app)
      return ok(showGrant(request, app, grant, { withScope: wantsScope(request) }))
    },
  },
  {
    ...one,
    method: 'DELETE',
    summary: 'Revokes a scope grant',
    scope: 'okta.appGrants.manage',
    permission: 'grants.write',
    handle: revokeGrant,
  },
]

function listGrants(request: ManagementRequest): Answer {
  const app = requireClientApp(request, 'grants.read')
  const withScope = wantsScope(request)
  return ok(app.oauth.grants.map((grant) => showGrant(request, app, grant, { withScope })))
}

function grantScope(request: ManagementRequest): Answer {
  const { org, cause } = request
  requireAllowedCredential(request)
  const app = requireClientApp(request, 'grants.write')
  const body = readJsonObject(request)
  const scopeId = readText(body, 'scopeId')
  if (readText(body, 'issuer') !== org.url) {
    throw invalid('issuer', `issuer: The issuer must be ${org.url}.`)
  }
  requireKnownScope(org, scopeId)
  const status = Number(org.assumptions.grantStatus)
  const before = app.oauth.grants.find((grant) => grant.scopeId === scopeId)
  if (before !== undefined) {
    if (org.assumptions.duplicateGrant === '400') {
      throw invalid('scopeId', 'scopeId: The scope has been granted already.')
    }
    return { status, json: showGrant(request, app, before, { withScope: true }) }
  }
  const atMs = org.time.secondMs()
  const { principal } = request
  const grant: ScopeGrant = {
    id: org.ids.next('grant'),
    scopeId,
    createdMs: atMs,
    lastUpdatedMs: atMs,
    createdBy:
      principal.kind === 'api-token'
        ? { id: principal.owner.id, type: 'User' }
        : { id: principal.clientId, type: 'Client' },
  }
  const { oauth } = app
  const roles = withPrivileges(org, app)
  org.apps.put({ ...app, oauth: { ...oauth, grants: [...oauth.grants, grant], roles } })
  const events = [
    event('app.oauth2.admin.consent.grant', targets(app, grant), { scopes: scopeId }),
    ...(roles === oauth.roles
      ? []
      : [event('app.oauth2.client.privilege.grant', [clientParticipant(app)])]),
  ]
  org.record({ what: 'grant', op: 'created', id: app.id, member: grant.id, events }, cause)
  return { status, json: showGrant(request, app, grant, { withScope: true }) }
}

function revokeGrant(request: ManagementRequest): Answer {
  const { org, cause } = request
  requireAllowedCredential(request)
  const app = requireClientApp(request, 'grants.write')
  const grant = requireGrant(request, app)
  const grants = app.oauth.grants.filter(({ id }) => id !== grant.id)
  org.apps.put({ ...app, oauth: { ...app.oauth, grants } })
  const debugData = { scopes: grant.scopeId }
  const events = [event('app.oauth2.admin.consent.revoke', targets(app, grant), debugData)]
  org.record({ what: 'grant', op: 'deleted', id: app.id, member: grant.id, events }, cause)
  return noContent
}

function requireKnownScope({ assumptions }: Org, scopeId: string): void {
  if (isOktaScope(scopeId)) return
  if (assumptions.unknownGrantScope === '404') throw notFound(scopeId, 'OAuth2Scope')
  throw invalid('scopeId', `scopeId: '${scopeId}' is not a known scope.`)
}

function requireAllowedCredential({ org, principal }: ManagementRequest): void {
  const refused = org.assumptions.grantsWithAccessToken === 'E0000005'
  if (refused && principal.kind === 'service-app') throw oktaError('E0000005')
}

// The org setting "Public client app admins": a client becomes Super Admin with its first scope.
function withPrivileges(org: Org, { oauth }: ClientApp) {
  const has = oauth.roles.some(({ type }) => type === 'SUPER_ADMIN')
  return org.clientPrivileges && !has
    ? [...oauth.roles, makeAssignment(org, 'userRole', 'SUPER_ADMIN')]
    : oauth.roles
}

function requireGrant({ params }: ManagementRequest, app: ClientApp): ScopeGrant {
  const grantId = params['grantId'] ?? ''
  const grant = app.oauth.grants.find(({ id }) => id === grantId)
  if (grant === undefined) throw notFound(grantId, 'OAuth2ScopeConsentGrant')
  return grant
}

function wantsScope({ query }: ManagementRequest): boolean {
  return query.get('expand') === 'scope'
}

function targets(app: ClientApp, { scopeId }: ScopeGrant): readonly Participant[] {
  const scope = { id: scopeId, type: 'Scope', alternateId: scopeId, displayName: scopeId }
  return [appParticipant(app), clientParticipant(app), scope]
}

/** A grant as Okta prints it. */
export function showGrant(
  { org, baseUrl }: ManagementRequest,
  app: ClientApp,
  grant: ScopeGrant,
  options: { readonly withScope: boolean },
) {
  const { clientId } = app.oauth
  return {
    id: grant.id,
    status: 'ACTIVE',
    created: formatTime(grant.createdMs),
    createdBy: grant.createdBy,
    lastUpdated: formatTime(grant.lastUpdatedMs),
    issuer: org.url,
    clientId,
    scopeId: grant.scopeId,
    source: 'ADMIN',
    ...(options.withScope && { _embedded: { scope: { id: grant.scopeId } } }),
    _links: {
      app: { href: `${baseUrl}/api/v1/apps/${app.id}`, title: app.label },
      self: {
        href: `${baseUrl}/api/v1/apps/${app.id}/grants/${grant.id}`,
        hints: { allow: ['GET', 'DELETE'] },
      },
      client: { href: `${baseUrl}/oauth2/v1/clients/${clientId}`, title: app.label },
    },
  }
}
