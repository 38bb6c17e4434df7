/** @module What active group rules do: they put users into groups, and take them out when they fit no more. */

import type { GroupRule } from '../../state/group.ts'
import { isMember } from '../../state/members.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'
import { type Cause, systemCause } from '../../system-log/event.ts'
import { addMember, removeMember } from '../membership.ts'
import { compileCondition } from './condition.ts'

const conditions = new WeakMap<GroupRule, (user: User) => boolean>()

/** Lets every active rule judge a user who was created or changed. */
export function applyRules(org: Org, user: User, cause: Cause): void {
  const active = [...org.rules].filter(({ status }) => status === 'ACTIVE')
  if (active.length === 0) return
  const wanted = new Set(active.filter((rule) => fits(org, rule, user)).flatMap(targetsOf(org)))
  for (const groupId of wanted) addByRule(org, groupId, user, cause)
  for (const groupId of [...org.ruleMembers.leftsOf(user.id)]) {
    const ruled = active.some((rule) => rule.groupIds.includes(groupId))
    if (ruled && !wanted.has(groupId)) removeMember(org, groupId, user.id, byOkta(cause))
  }
}

/** Lets a rule that was activated judge every user. */
export function applyRule(org: Org, rule: GroupRule, cause: Cause): void {
  const groupIds = targetsOf(org)(rule)
  for (const user of [...org.users]) {
    if (!fits(org, rule, user)) continue
    for (const groupId of groupIds) addByRule(org, groupId, user, cause)
  }
}

/** Takes a deactivated user out of the groups that only a rule had given. */
export function withdrawFromRules(org: Org, user: User, cause: Cause): void {
  for (const groupId of [...org.ruleMembers.leftsOf(user.id)])
    removeMember(org, groupId, user.id, byOkta(cause))
}

/** Lets go of what a deleted rule gave: the memberships end, or become the users' own. */
export function releaseMembers(
  org: Org,
  rule: GroupRule,
  options: { readonly remove: boolean; readonly cause: Cause },
): void {
  for (const groupId of rule.groupIds) {
    const others = activeRulesOf(org, groupId)
    for (const userId of [...org.ruleMembers.rightsOf(groupId)]) {
      const user = org.users.get(userId)
      if (user !== undefined && others.some((other) => fits(org, other, user))) continue
      if (options.remove) removeMember(org, groupId, userId, byOkta(options.cause))
      else org.ruleMembers.remove(groupId, userId)
    }
  }
}

/** Makes every active rule of a group leave a user out, who was taken from the group by hand. */
export function excludeFromRules(org: Org, groupId: string, userId: string, cause: Cause): void {
  for (const rule of activeRulesOf(org, groupId)) {
    org.rules.put({ ...rule, excludedUserIds: [...rule.excludedUserIds, userId] })
    org.record({ what: 'group-rule', op: 'updated', id: rule.id }, cause)
  }
}

function activeRulesOf(org: Org, groupId: string): readonly GroupRule[] {
  return [...org.rules].filter(
    ({ status, groupIds }) => status === 'ACTIVE' && groupIds.includes(groupId),
  )
}

// Whether a rule wants a user in its groups.
function fits(org: Org, rule: GroupRule, user: User): boolean {
  if (user.status === 'DEPROVISIONED' || rule.excludedUserIds.includes(user.id)) return false
  if (rule.excludedGroupIds.some((groupId) => isMember(org, groupId, user.id))) return false
  const condition = conditions.get(rule) ?? compileCondition(rule.expression)
  conditions.set(rule, condition)
  return condition(user)
}

const targetsOf = (org: Org) => (rule: GroupRule) =>
  rule.groupIds.filter((groupId) => org.groups.get(groupId) !== undefined)

// A member who was put there by hand stays one by hand.
function addByRule(org: Org, groupId: string, user: User, cause: Cause): void {
  if (!org.members.has(groupId, user.id))
    addMember(org, groupId, user.id, byOkta(cause), { byRule: true })
}

// The log names Okta itself as the actor, and the request that set it off.
function byOkta(cause: Cause): Cause {
  return { ...cause, actor: systemCause.actor }
}
