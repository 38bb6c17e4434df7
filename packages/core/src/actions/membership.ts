/** @module Who is in which group, and what puts users there. */

import { ApiError } from '../org/errors.ts'
import { membersOf, textOf, textsOf } from '../org/members.ts'
import type { Priority } from '../org/rate-limit.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'
import type { FoundGroup } from './find-group.ts'
import type { FoundUser } from './find-user.ts'
import { type FindOptions, nameOf } from './reference.ts'

type WithId = { readonly id: string }

const GROUPS_LIMIT = 200
const MEMBERS_LIMIT = 200
const RULES_LIMIT = 50
// Okta keeps two thousand at most; nobody waits for the last of them.
const MAX_RULES = 500

/**
 * Whether a user is in a group, by the groups of the user: current at once, and the only way for one user.
 *
 * @throws what `Org.pages` throws.
 */
export async function isMember(
  calls: Calls,
  user: WithId,
  group: WithId,
  { priority = 'interactive' }: FindOptions = {},
): Promise<boolean> {
  const path = `/api/v1/users/${encodeURIComponent(user.id)}/groups`
  try {
    for await (const { id } of calls.list(path, { limit: GROUPS_LIMIT, priority })) {
      if (id === group.id) return true
    }
  } catch (error) {
    // A user who is gone is in no group.
    if (!(error instanceof ApiError && error.okta.status === 404)) throw error
  }
  return false
}

/**
 * Which of these users are in a group: by the list of its members, or user by user where that is shorter. Deprovisioned
 * users are left out of that list, so they are asked for one by one.
 */
export async function membersAmong(
  calls: Calls,
  users: readonly FoundUser[],
  group: WithId,
  priority: Priority,
): Promise<ReadonlySet<string>> {
  const wanted = new Set(users.map(({ id }) => id))
  const members = new Set<string>()
  const path = `/api/v1/groups/${encodeURIComponent(group.id)}/users`
  let listed = 0
  let isWhole = true
  for await (const { id } of calls.list(path, { limit: MEMBERS_LIMIT, priority })) {
    if (typeof id === 'string' && wanted.has(id)) members.add(id)
    if (members.size === wanted.size) return members
    // One page of members costs as much as one user's groups.
    isWhole = ++listed < MEMBERS_LIMIT * users.length
    if (!isWhole) break
  }
  const unseen = users.filter(
    ({ id, status }) => !members.has(id) && (!isWhole || status === 'DEPROVISIONED'),
  )
  for (const user of unseen) {
    if (await isMember(calls, user, group, { priority })) members.add(user.id)
  }
  return members
}

/** @throws {ActionError} `action_group_not_editable` for a group that only Okta or an app changes. */
export function requireEditable(group: FoundGroup): void {
  if (group.type !== 'BUILT_IN' && group.type !== 'APP_GROUP') return
  throw groupNotEditable(group)
}

/** The refusal to change a group that is not the administrators' own. */
export function groupNotEditable(group: FoundGroup, cause?: unknown): ActionError {
  const { id, type } = group
  const remedy =
    type === 'APP_GROUP'
      ? 'Change it in the app or directory that it comes from.'
      : 'Choose a group of your own: Okta keeps this one by itself.'
  return new ActionError('action_group_not_editable', `The group ${nameOf(group)} is of ${type}.`, {
    remedy,
    details: { group: id, type },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The names of the active rules that put users into a group; none also where they may not be read. */
export async function rulesOf(calls: Calls, group: WithId): Promise<readonly string[]> {
  const names: string[] = []
  let listed = 0
  try {
    for await (const rule of calls.list('/api/v1/groups/rules', { limit: RULES_LIMIT })) {
      const target = membersOf(membersOf(rule, 'actions'), 'assignUserToGroups')
      if (rule['status'] === 'ACTIVE' && textsOf(target, 'groupIds').includes(group.id)) {
        names.push(nameOf({ name: textOf(rule, 'name') ?? '' }))
      }
      if (++listed >= MAX_RULES) break
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
  return names
}
