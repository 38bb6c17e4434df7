/** @module Who is in a group: whom it holds, and in Everyone every user. */

import type { Org } from './org.ts'
import { lowerBound } from './table.ts'

/** Whether a user is in a group; every user is in Everyone. */
export function isMember(org: Org, groupId: string, userId: string): boolean {
  return groupId === org.everyoneId || org.members.has(groupId, userId)
}

/** The user ids of a group's members behind an id (which need not be one of them any more), by rising id. */
export function* memberIds(
  org: Org,
  groupId: string,
  afterId?: string,
): Generator<string, void, undefined> {
  if (groupId === org.everyoneId) {
    for (const { id } of org.users.after(afterId)) yield id
    return
  }
  const ids = org.members.rightsOf(groupId)
  let index = afterId === undefined ? 0 : lowerBound(ids, afterId)
  if (ids[index] === afterId) index++
  for (let id = ids[index]; id !== undefined; id = ids[++index]) yield id
}
