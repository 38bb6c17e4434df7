/** @module Who is in which group: every change of a membership goes through here and leaves its trace. */

import { accessEvents } from '../apps/access-events.ts'
import { fraction, hashText } from '../random.ts'
import type { Group } from '../state/group.ts'
import type { Org } from '../state/org.ts'
import type { User } from '../state/user.ts'
import type { Cause, EventDraft } from '../system-log/event.ts'
import { eventMessages } from '../system-log/event-messages.ts'
import { groupParticipant, userParticipant } from '../system-log/participants.ts'

/**
 * Puts a user into a group; false where the user was in it. A membership that a rule had given becomes the user's own.
 *
 * @param options.byRule - the membership is given by a group rule alone.
 */
export function addMember(
  org: Org,
  groupId: string,
  userId: string,
  cause: Cause,
  options: { readonly byRule?: boolean } = {},
): boolean {
  const added = org.members.add(groupId, userId)
  if (!options.byRule) org.ruleMembers.remove(groupId, userId)
  if (!added) return false
  if (options.byRule) org.ruleMembers.add(groupId, userId)
  leaveTrace(org, 'created', groupId, userId, cause)
  return true
}

/** Takes a user out of a group; false where the user was not in it. */
export function removeMember(org: Org, groupId: string, userId: string, cause: Cause): boolean {
  org.ruleMembers.remove(groupId, userId)
  if (!org.members.remove(groupId, userId)) return false
  leaveTrace(org, 'deleted', groupId, userId, cause)
  return true
}

/** Notes that the members of a group changed now; reads show the time of it later. */
export function touchMembership(org: Org, groupId: string): void {
  const group = org.groups.get(groupId)
  if (group === undefined) return
  const nowMs = org.time.nowMs()
  const waiting = group.membership
  const soonMs = nowMs + lagOf(org, groupId)
  // What waited already is shown when it was to be shown, or a group that changes all the time would never show it.
  const visibleFromMs =
    waiting !== undefined && waiting.visibleFromMs > nowMs
      ? Math.min(waiting.visibleFromMs, soonMs)
      : soonMs
  org.groups.put({
    ...group,
    lastMembershipUpdatedMs: shownMembershipMs(group, nowMs),
    membership: { changedMs: org.time.secondMs(), visibleFromMs },
  })
}

/** `lastMembershipUpdated` as reads show it at a moment: late, and then back-dated to the change itself. */
export function shownMembershipMs(group: Group, nowMs: number): number {
  const { membership, lastMembershipUpdatedMs } = group
  if (membership === undefined || nowMs < membership.visibleFromMs) return lastMembershipUpdatedMs
  return membership.changedMs
}

// The group of all users is minutes behind, any other one some seconds, never the same number of them.
function lagOf(org: Org, groupId: string): number {
  const { everyoneLagMs, membershipLagMs } = org.assumptions
  if (groupId === org.everyoneId) return everyoneLagMs
  const second = org.time.secondMs() / 1_000
  return Math.floor(fraction(org.seed, hashText(groupId), second) * (membershipLagMs + 1))
}

function leaveTrace(
  org: Org,
  op: 'created' | 'deleted',
  groupId: string,
  userId: string,
  cause: Cause,
): void {
  touchMembership(org, groupId)
  const [user, group] = [org.users.get(userId), org.groups.get(groupId)]
  const access = accessEvents(org, op === 'created' ? 'add' : 'remove', groupId, userId)
  const events = user && group ? [membershipEvent(op, user, group), ...access] : []
  org.record({ what: 'group-member', op, id: groupId, member: userId, events }, cause)
}

function membershipEvent(op: 'created' | 'deleted', user: User, group: Group): EventDraft {
  const eventType = op === 'created' ? 'group.user_membership.add' : 'group.user_membership.remove'
  return {
    eventType,
    displayMessage: eventMessages[eventType],
    targets: [userParticipant(user), groupParticipant(group)],
  }
}
