/** @module Policies: the default one of each type with its default rule, read-only. */

import { formatTime } from '../../clock.ts'
import { type Answer, ok } from '../../http/answer.ts'
import { invalid, notFound, oktaError } from '../../http/okta-error.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { ManagementRoute } from '../../http/route.ts'
import type { JsonObject } from '../../json.ts'
import type { Org } from '../../state/org.ts'
import { onePerOrg } from './once.ts'

/** The types with the names of their default policies. */
const policyNames: ReadonlyMap<string, string> = new Map([
  ['OKTA_SIGN_ON', 'Default Policy'],
  ['PASSWORD', 'Default Policy'],
  ['MFA_ENROLL', 'Default Policy'],
  ['IDP_DISCOVERY', 'Idp Discovery Policy'],
  ['ACCESS_POLICY', 'Any two factors'],
  ['PROFILE_ENROLLMENT', 'Default Policy'],
  ['POST_AUTH_SESSION', 'Session Protection Policy'],
  ['ENTITY_RISK', 'Entity Risk Policy'],
])

/** The types that apps are linked to, whose ids look different. */
const appPolicies: readonly string[] = ['ACCESS_POLICY', 'PROFILE_ENROLLMENT']

/** A policy with its rule. */
export interface Policy {
  readonly id: string
  readonly ruleId: string
  readonly type: string
  readonly name: string
}

const policiesOf = onePerOrg((org): readonly Policy[] =>
  [...policyNames].map(([type, name]) => ({
    id: org.ids.next(appPolicies.includes(type) ? 'appPolicy' : 'policy'),
    ruleId: org.ids.next('policyRule'),
    type,
    name,
  })),
)

/** The policy of a type that an org has from its first day; undefined for a type that Okta does not have. */
export function policyOf(org: Org, type: string): Policy | undefined {
  return policiesOf(org).find((policy) => policy.type === type)
}

const access = {
  method: 'GET',
  scope: 'okta.policies.read',
  permission: 'policies.read',
  bucket: '/api/v1',
} as const

/** Policies and their rules. */
export const policyRoutes: readonly ManagementRoute[] = [
  {
    ...access,
    path: '/api/v1/policies',
    summary: 'Lists the policies of one `type`, which must be named',
    handle: listPolicies,
  },
  {
    ...access,
    path: '/api/v1/policies/{policyId}',
    summary: 'Reads a policy',
    handle: (request) => ok(showPolicy(request, requirePolicy(request))),
  },
  {
    ...access,
    path: '/api/v1/policies/{policyId}/rules',
    summary: 'Lists the rules of a policy',
    handle: (request) => ok([showRule(request, requirePolicy(request))]),
  },
]

function listPolicies(request: ManagementRequest): Answer {
  const { org, query, baseUrl, path } = request
  const type = query.get('type') || undefined
  if (type === undefined)
    throw oktaError(org.assumptions.policiesWithoutType === '405' ? 'E0000022' : 'E0000028')
  if (!policyNames.has(type)) throw invalid('type', `type: The value '${type}' is not known`)
  const start = (query.get('q') ?? '').toLowerCase()
  const status = query.get('status') || 'ACTIVE'
  const found = policiesOf(org).filter(
    (policy) =>
      policy.type === type && policy.name.toLowerCase().startsWith(start) && status === 'ACTIVE',
  )
  const withRules = query.get('expand') === 'rules'
  const items = found.map((policy) => ({
    ...showPolicy(request, policy),
    ...(withRules && { _embedded: { rules: [showRule(request, policy)] } }),
  }))
  // The only list that shows no limit in its links.
  const self = `<${baseUrl}${path}?${new URLSearchParams({ type })}>; rel="self"`
  return ok(items, { Link: [self] })
}

function requirePolicy({ org, params }: ManagementRequest): Policy {
  const id = params['policyId'] ?? ''
  const policy = policiesOf(org).find((known) => known.id === id)
  if (policy === undefined) throw notFound(id, 'Policy')
  return policy
}

/** A policy as Okta prints it. */
export function showPolicy({ org, baseUrl }: ManagementRequest, policy: Policy) {
  const self = `${baseUrl}/api/v1/policies/${policy.id}`
  const created = formatTime(org.createdMs)
  return {
    id: policy.id,
    status: 'ACTIVE',
    name: policy.name,
    description: 'The default policy applies in all situations if no other policy applies.',
    priority: 1,
    system: true,
    conditions: null,
    created,
    lastUpdated: created,
    _links: {
      self: { href: self, hints: { allow: ['GET', 'PUT'] } },
      rules: { href: `${self}/rules`, hints: { allow: ['GET', 'POST'] } },
    },
    type: policy.type,
  }
}

function showRule({ org, baseUrl }: ManagementRequest, policy: Policy): JsonObject {
  const self = `${baseUrl}/api/v1/policies/${policy.id}/rules/${policy.ruleId}`
  const created = formatTime(org.createdMs)
  return {
    id: policy.ruleId,
    status: 'ACTIVE',
    name: 'Default Rule',
    priority: 1,
    created,
    lastUpdated: created,
    system: true,
    conditions: null,
    actions: {},
    _links: { self: { href: self, hints: { allow: ['GET', 'PUT'] } } },
    type: policy.type,
  }
}
