/** @module The members of a group that its list shows and its figures count. */

import { memberIds } from '../../state/members.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'

/** The members of a group that are shown, behind an id, by rising id. */
export function* membersOf(
  org: Org,
  groupId: string,
  afterId: string | undefined,
): Generator<User, void, undefined> {
  const hidden = org.assumptions.groupMembersDeprovisioned === 'hidden'
  for (const id of memberIds(org, groupId, afterId)) {
    const user = org.users.get(id)
    if (user === undefined) continue
    if (!hidden || user.status !== 'DEPROVISIONED') yield user
  }
}

/** How many members the list of a group shows. */
export function countMembers(org: Org, groupId: string): number {
  const hidden = org.assumptions.groupMembersDeprovisioned === 'hidden'
  const gone = hidden ? deprovisionedIds(org) : new Set<string>()
  if (groupId === org.everyoneId) return org.users.size - gone.size
  let count = 0
  for (const id of org.members.rightsOf(groupId)) if (!gone.has(id)) count++
  return count
}

interface KnownIds {
  readonly version: number
  readonly ids: ReadonlySet<string>
}

const known = new WeakMap<Org, KnownIds>()

// A page of 10,000 groups with their figures would look at the same users again and again.
function deprovisionedIds(org: Org): ReadonlySet<string> {
  const { version } = org.users
  const before = known.get(org)
  if (before?.version === version) return before.ids
  const ids = new Set<string>()
  for (const { id, status } of org.users) if (status === 'DEPROVISIONED') ids.add(id)
  known.set(org, { version, ids })
  return ids
}
