/** @module The members of a group that its list shows and its figures count. */

import type { Org } from '../../state/org.ts'
import { lowerBound } from '../../state/table.ts'
import type { User } from '../../state/user.ts'
import { settle } from '../users/settled.ts'

/** The members of a group that are shown, behind an id, by rising id. */
export function* membersOf(
  org: Org,
  groupId: string,
  afterId: string | undefined,
): Generator<User, void, undefined> {
  const hidden = org.assumptions.groupMembersDeprovisioned === 'hidden'
  const nowMs = org.time.nowMs()
  for (const user of storedMembers(org, groupId, afterId)) {
    if (!hidden || settle(user, nowMs).status !== 'DEPROVISIONED') yield user
  }
}

function* storedMembers(
  org: Org,
  groupId: string,
  afterId: string | undefined,
): Generator<User, void, undefined> {
  if (groupId === org.everyoneId) return yield* org.users.after(afterId)
  const ids = org.members.rightsOf(groupId)
  let index = afterId === undefined ? 0 : lowerBound(ids, afterId)
  if (ids[index] === afterId) index++
  for (; index < ids.length; index++) {
    const user = org.users.get(ids[index] ?? '')
    if (user !== undefined) yield user
  }
}

/** How many members the list of a group shows. */
export function countMembers(org: Org, groupId: string): number {
  let count = 0
  for (const _ of membersOf(org, groupId, undefined)) count++
  return count
}
