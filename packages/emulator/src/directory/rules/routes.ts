/** @module The routes of group rules. */

import { reachOf } from '../../authorization/permissions.ts'
import { type Answer, noContent, ok } from '../../http/answer.ts'
import { invalid, notFound, oktaError } from '../../http/okta-error.ts'
import { pageAnswer, readLimit, take } from '../../http/paging.ts'
import { type ManagementRequest, readJsonObject } from '../../http/request.ts'
import type { ManagementRoute } from '../../http/route.ts'
import type { GroupRule } from '../../state/group.ts'
import { type EventType, eventMessages } from '../../system-log/event-messages.ts'
import { groupParticipant } from '../../system-log/participants.ts'
import { readIdCursor } from '../cursor.ts'
import { applyRule, releaseMembers } from './apply.ts'
import { readRule } from './read.ts'
import { showRule } from './show.ts'

const PAGING = { defaultLimit: 50, maxLimit: 200, keep: ['search', 'expand'] } as const
const PATH = '/api/v1/groups/rules'
const reading = {
  bucket: '/api/v1/groups',
  scope: 'okta.groups.read',
  permission: 'groups.read',
} as const
const writing = {
  bucket: '/api/v1/groups',
  scope: 'okta.groups.manage',
  permission: 'groups.write',
} as const

/** Reading, writing, activating and deactivating group rules. */
export const groupRuleRoutes: readonly ManagementRoute[] = [
  {
    ...reading,
    method: 'GET',
    path: PATH,
    summary: 'Lists group rules; `search` is a keyword in the name, not an expression',
    withoutRole: 'assumed',
    handle: listRules,
  },
  {
    ...writing,
    method: 'POST',
    path: PATH,
    summary: 'Creates a group rule, which is INACTIVE',
    handle: createRule,
  },
  {
    ...reading,
    method: 'GET',
    path: `${PATH}/{ruleId}`,
    summary: 'Reads a group rule',
    handle: (request) => ok(showRule(request.org, requireRule(request), readExpand(request))),
  },
  {
    ...writing,
    method: 'PUT',
    path: `${PATH}/{ruleId}`,
    summary: 'Replaces a group rule that is INACTIVE',
    handle: replaceRule,
  },
  {
    ...writing,
    method: 'DELETE',
    path: `${PATH}/{ruleId}`,
    summary: 'Deletes a group rule, with `removeUsers=true` its memberships too',
    handle: deleteRule,
  },
  {
    ...writing,
    method: 'POST',
    path: `${PATH}/{ruleId}/lifecycle/activate`,
    summary:
      'Activates a group rule: it judges every user; an expression beyond comparisons of attributes and four functions of String fits nobody',
    handle: activateRule,
  },
  {
    ...writing,
    method: 'POST',
    path: `${PATH}/{ruleId}/lifecycle/deactivate`,
    summary: 'Deactivates a group rule; its memberships stay',
    handle: deactivateRule,
  },
]

function listRules(request: ManagementRequest): Answer {
  const { org, query, principal } = request
  const isHidden = reachOf(principal.roles, 'groups.read') === 'nothing'
  const keyword = (query.get('search') ?? '').toLowerCase()
  const limit = readLimit(request, PAGING)
  const rules = [...org.rules.after(readIdCursor(request, 'rule'))]
  const { rows, more } = take(
    rules.filter(({ name }) => !isHidden && name.toLowerCase().includes(keyword)),
    limit,
  )
  const items = rows.map((rule) => showRule(org, rule, readExpand(request)))
  return pageAnswer(
    request,
    { items, next: more ? rows.at(-1)?.id : undefined },
    { ...PAGING, limit },
  )
}

function createRule(request: ManagementRequest): Answer {
  const { org } = request
  const given = readRule(org, readJsonObject(request))
  refuseWhileReconciling(request)
  const nowMs = org.time.secondMs()
  const rule: GroupRule = {
    id: org.ids.next('rule'),
    status: 'INACTIVE',
    createdMs: nowMs,
    lastUpdatedMs: nowMs,
    ...given,
  }
  put(request, rule, 'created', 'policy.rule.add')
  return ok(showRule(org, rule))
}

// Rules are policies inside Okta, whose priorities are put in order after each creation.
function refuseWhileReconciling({ org }: ManagementRequest): void {
  const sinceMs = org.time.nowMs() - org.assumptions.ruleReconciliationMs
  if ([...org.rules].some(({ createdMs }) => createdMs > sinceMs)) throw oktaError('E0000239')
}

function replaceRule(request: ManagementRequest): Answer {
  const { org } = request
  const rule = requireRule(request)
  if (rule.status === 'ACTIVE' && org.assumptions.changeOfActiveRule === '400')
    throw invalid('groupRule', 'An active rule cannot be changed. Deactivate it first.')
  const given = readRule(org, readJsonObject(request), rule.id)
  const changed: GroupRule = { ...rule, ...given, lastUpdatedMs: org.time.secondMs() }
  put(request, changed, 'updated', 'policy.rule.update')
  if (changed.status === 'ACTIVE') applyRule(org, changed, request.cause)
  return ok(showRule(org, changed))
}

function deleteRule(request: ManagementRequest): Answer {
  const { org, cause } = request
  const rule = requireRule(request)
  org.rules.remove(rule.id)
  releaseMembers(org, rule, { remove: request.query.get('removeUsers') === 'true', cause })
  record(request, rule, 'deleted', 'policy.rule.delete')
  return { status: 202, json: {} }
}

function activateRule(request: ManagementRequest): Answer {
  const { org } = request
  const rule = requireRule(request)
  if (rule.status === 'ACTIVE') return noContent
  const changed: GroupRule = { ...rule, status: 'ACTIVE', lastUpdatedMs: org.time.secondMs() }
  put(request, changed, 'updated', 'policy.rule.activate')
  applyRule(org, changed, request.cause)
  return noContent
}

function deactivateRule(request: ManagementRequest): Answer {
  const { org } = request
  const rule = requireRule(request)
  if (rule.status === 'INACTIVE') return noContent
  const changed: GroupRule = { ...rule, status: 'INACTIVE', lastUpdatedMs: org.time.secondMs() }
  put(request, changed, 'updated', 'policy.rule.deactivate')
  return noContent
}

function requireRule({ org, params }: ManagementRequest): GroupRule {
  const id = params['ruleId'] ?? ''
  const rule = org.rules.get(id)
  if (rule === undefined) throw notFound(id, 'GroupRule')
  return rule
}

function readExpand({ query }: ManagementRequest): { readonly named: boolean } {
  return { named: query.get('expand') === 'groupIdToGroupNameMap' }
}

function put(
  request: ManagementRequest,
  rule: GroupRule,
  op: 'created' | 'updated',
  eventType: Extract<EventType, `policy.rule.${string}`>,
): void {
  request.org.rules.put(rule)
  record(request, rule, op, eventType)
}

function record(
  { org, cause }: ManagementRequest,
  rule: GroupRule,
  op: 'created' | 'updated' | 'deleted',
  eventType: Extract<EventType, `policy.rule.${string}`>,
): void {
  const groups = rule.groupIds.flatMap((id) => org.groups.get(id) ?? [])
  const self = {
    id: rule.id,
    type: 'PolicyRule',
    alternateId: 'unknown',
    displayName: rule.name,
  }
  const event = {
    eventType,
    displayMessage: eventMessages[eventType],
    targets: [self, ...groups.map(groupParticipant)],
  }
  org.record({ what: 'group-rule', op, id: rule.id, events: [event] }, cause)
}
