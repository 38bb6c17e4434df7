/** @module What a change of a group's members means for the apps that the group is assigned to. */

import { isMember } from '../state/members.ts'
import type { Org } from '../state/org.ts'
import type { EventDraft } from '../system-log/event.ts'
import { membershipEvent } from './events.ts'

/**
 * The events of an app for a user who has just come into a group or has just left it: access that the user did not have
 * without that group. Whoever changes memberships adds them to the membership's own.
 */
export function accessEvents(
  org: Org,
  what: 'add' | 'remove',
  groupId: string,
  userId: string,
): readonly EventDraft[] {
  const user = org.users.get(userId)
  if (user === undefined) return []
  return [...org.appGroups].flatMap(([appId, groups]) => {
    if (groups.get(groupId) === undefined) return []
    const app = org.apps.get(appId)
    const others = [...groups].some(({ id }) => id !== groupId && isMember(org, id, userId))
    const direct = org.appUsers.get(appId)?.get(userId)
    return !others && app !== undefined && direct === undefined
      ? [membershipEvent(what, app, user)]
      : []
  })
}
