/** @module What a change of a group's members means for the apps that the group is assigned to. */

import type { Org } from '../state/org.ts'
import type { EventDraft } from '../system-log/event.ts'
import { isMember } from './app-access.ts'
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
    const app = org.apps.get(appId)
    const others = [...groups].some(({ id }) => id !== groupId && isMember(org, id, userId))
    const alone = groups.get(groupId) !== undefined && !others
    const direct = org.appUsers.get(appId)?.get(userId)
    return alone && app !== undefined && direct === undefined
      ? [membershipEvent(what, app, user)]
      : []
  })
}
