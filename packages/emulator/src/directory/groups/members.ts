/** @module Who is in a group, who is put there and taken out, and in which groups a user is. */

import { type Answer, noContent } from '../../http/answer.ts'
import { invalid, notFound, oktaError } from '../../http/okta-error.ts'
import { pageAnswer, readLimit, take } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import { readIdCursor } from '../cursor.ts'
import { addMember, removeMember } from '../membership.ts'
import { excludeFromRules } from '../rules/apply.ts'
import { requireUser } from '../users/find.ts'
import { readOmissions, showListedUser } from '../users/show.ts'
import { refuseManagedGroup, requireGroup } from './find.ts'
import { viewGroup } from './show.ts'
import { membersOf } from './shown-members.ts'

const MEMBERS = { defaultLimit: 1_000, maxLimit: 1_000, keep: [] } as const
const GROUPS = { defaultLimit: 200, maxLimit: 200, keep: [] } as const

/**
 * A page of the members of a group, current at once. The members of Everyone are all users.
 *
 * @see Okta, "List all member users"
 */
export function listMembers(request: ManagementRequest): Answer {
  const { org } = request
  const group = requireGroup(request, 'groups.read')
  const limit = readLimit(request, MEMBERS)
  const members = membersOf(org, group.id, readIdCursor(request, 'user'))
  const { rows, more } = take(members, limit)
  const omit = readOmissions(request)
  const items = rows.map(
    (user) =>
      (omit.size === 0 && org.recorded.ofMember(group.id, user)) ||
      showListedUser(request, user, { omit }),
  )
  const next = more ? rows.at(-1)?.id : undefined
  return pageAnswer(request, { items, next }, { ...MEMBERS, limit })
}

/** A page of the groups that a user is in; Everyone is always the first. */
export function listGroupsOfUser(request: ManagementRequest): Answer {
  const { org } = request
  const user = requireUser(request, 'users.read')
  const limit = readLimit(request, GROUPS)
  const ids = [org.everyoneId, ...org.members.leftsOf(user.id)].toSorted()
  const after = readIdCursor(request, 'group')
  const left = after === undefined ? ids : ids.filter((id) => id > after)
  const { rows, more } = take(
    left.flatMap((id) => org.groups.get(id) ?? []),
    limit,
  )
  const items = rows.map((group) => viewGroup(request, group))
  const next = more ? rows.at(-1)?.id : undefined
  return pageAnswer(request, { items, next }, { ...GROUPS, limit })
}

/** Puts a user into a group: 204, whether or not the user was in it, unless the other is assumed. */
export function putMember(request: ManagementRequest): Answer {
  const { org, cause } = request
  const { groupId, userId } = requirePair(request)
  if (org.members.has(groupId, userId) && org.assumptions.repeatedMembership === '400')
    throw invalid('userId', 'userId: The user is a member of the group already')
  addMember(org, groupId, userId, cause)
  return noContent
}

/** Takes a user out of a group. What a rule had given is excluded from the rule, or refused, by assumption. */
export function deleteMember(request: ManagementRequest): Answer {
  const { org, cause } = request
  const { groupId, userId } = requirePair(request)
  const byRule = org.ruleMembers.has(groupId, userId)
  if (byRule && org.assumptions.removalOfRuleMember === 'forbidden') throw oktaError('E0000006')
  const removed = removeMember(org, groupId, userId, cause)
  if (!removed && org.assumptions.removalOfNonMember === '404') throw notFound(userId, 'User')
  if (byRule) excludeFromRules(org, groupId, userId, cause)
  return noContent
}

function requirePair(request: ManagementRequest): {
  readonly groupId: string
  readonly userId: string
} {
  const group = requireGroup(request, 'members.write')
  const userId = request.params['userId'] ?? ''
  if (request.org.users.get(userId) === undefined) throw notFound(userId, 'User')
  refuseManagedGroup(group)
  return { groupId: group.id, userId }
}
