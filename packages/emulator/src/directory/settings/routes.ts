/** @module The routes of an org's settings: what is listed and never changed here. */

import { formatTime } from '../../clock.ts'
import { ok } from '../../http/answer.ts'
import { notFound, oktaError } from '../../http/okta-error.ts'
import { pageLinks, readLimit } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { ManagementRoute, PublicRoute, Route } from '../../http/route.ts'
import type { JsonObject } from '../../json.ts'
import { API_TOKEN_LIFE_MS } from '../../state/api-token.ts'
import { deviceRoutes } from './devices.ts'
import { onePerOrg } from './once.ts'
import { policyRoutes } from './policies.ts'
import { schemaRoutes } from './schema.ts'
import { zoneRoutes } from './zones.ts'

const access = { method: 'GET', bucket: '/api/v1', permission: 'org.read' } as const

const PAGING = { defaultLimit: 20, maxLimit: 200, keep: [] } as const

/** Lists that are empty in an org where nobody set anything up; those with pages have a `self` link. */
const emptyLists = [
  { path: '/api/v1/eventHooks', scope: 'okta.eventHooks.read', paged: false },
  { path: '/api/v1/logStreams', scope: 'okta.logStreams.read', paged: true },
  { path: '/api/v1/idps', scope: 'okta.idps.read', paged: true },
  { path: '/api/v1/agentPools', scope: 'okta.agentPools.read', paged: false },
] as const

const managementRoutes: readonly ManagementRoute[] = [
  ...deviceRoutes,
  ...zoneRoutes,
  ...policyRoutes,
  ...schemaRoutes,
  ...emptyLists.map(
    ({ path, scope, paged }): ManagementRoute => ({
      ...access,
      path,
      scope,
      summary: 'Lists nothing',
      handle: (request) => {
        if (!paged) return ok([])
        const limit = readLimit(request, PAGING)
        return ok([], { Link: pageLinks(request, undefined, { ...PAGING, limit }) })
      },
    }),
  ),
  {
    ...access,
    path: '/api/v1/authenticators',
    scope: 'okta.authenticators.read',
    summary: 'Lists the authenticators that an org has from the start',
    handle: (request) => ok(authenticatorsOf(request.org).map((row) => showOwn(request, row))),
  },
  {
    ...access,
    path: '/api/v1/features',
    scope: 'okta.features.read',
    summary: 'Lists the features that can be switched: none',
    handle: () => ok([]),
  },
  {
    ...access,
    path: '/api/v1/api-tokens',
    scope: 'okta.apiTokens.read',
    permission: 'tokens.read',
    summary: 'Lists the API tokens, without their text',
    handle: (request) => ok(showApiTokens(request)),
  },
  {
    ...access,
    path: '/api/v1/org',
    scope: 'okta.orgs.read',
    summary: 'Reads the org itself',
    handle: (request) => ok(showOrg(request)),
  },
  {
    method: 'DELETE',
    path: '/api/v1/sessions/{sessionId}',
    summary: 'Ends a session; there are none',
    bucket: '/api/v1',
    scope: 'okta.sessions.manage',
    permission: 'users.support',
    handle: ({ params }) => {
      throw notFound(params['sessionId'] ?? '', 'Session')
    },
  },
]

// It makes GET /api/v1/sessions the wrong method of a path that exists, as it is at Okta.
const sessionRoute: PublicRoute = {
  method: 'POST',
  path: '/api/v1/sessions',
  summary: 'Refuses a session token, which nobody can have here, with 401 E0000004',
  bucket: '/api/v1',
  access: 'public',
  handle: () => {
    throw oktaError('E0000004')
  },
}

/** Settings that can be read, and sessions that cannot be had. */
export const settingsRoutes: readonly Route[] = [...managementRoutes, sessionRoute]

const authenticatorsOf = onePerOrg((org) => [
  { id: org.ids.next('authenticator'), type: 'password', key: 'okta_password', name: 'Password' },
  { id: org.ids.next('authenticator'), type: 'email', key: 'okta_email', name: 'Email' },
])

function showOwn(
  { org, baseUrl }: ManagementRequest,
  row: ReturnType<typeof authenticatorsOf>[number],
): JsonObject {
  const created = formatTime(org.createdMs)
  const self = `${baseUrl}/api/v1/authenticators/${row.id}`
  return {
    type: row.type,
    id: row.id,
    key: row.key,
    status: 'ACTIVE',
    name: row.name,
    created,
    lastUpdated: created,
    _links: { self: { href: self, hints: { allow: ['GET', 'PUT'] } } },
  }
}

/** The API tokens that were not revoked, as Okta prints them. */
export function showApiTokens({ org, baseUrl }: ManagementRequest) {
  return [...org.apiTokens]
    .filter(({ revoked }) => !revoked)
    .map((token) => ({
      id: token.id,
      name: token.name,
      userId: token.ownerId,
      clientName: 'Okta API',
      tokenWindow: 'P30D',
      network: { connection: 'ANYWHERE' },
      expiresAt: formatTime(token.lastUsedMs + API_TOKEN_LIFE_MS),
      created: formatTime(token.createdMs),
      lastUpdated: formatTime(token.lastUsedMs),
      _link: { self: { href: `${baseUrl}/api/v1/api-tokens/${token.id}` } },
    }))
}

function showOrg({ org, baseUrl }: ManagementRequest): JsonObject {
  const created = formatTime(org.createdMs)
  return {
    id: org.id,
    subdomain: org.name,
    companyName: org.name,
    status: 'ACTIVE',
    website: null,
    address1: null,
    address2: null,
    city: null,
    state: null,
    country: null,
    postalCode: null,
    phoneNumber: null,
    supportPhoneNumber: null,
    endUserSupportHelpURL: null,
    expiresAt: null,
    created,
    lastUpdated: created,
    _links: { self: { href: `${baseUrl}/api/v1/org` } },
  }
}
