/** @module The actions about one user and one group. */

import { ApiError } from '../org/errors.ts'
import type { Action, Applied, Effect, Prepared } from './action.ts'
import { ActionError } from './action-error.ts'
import type { Arguments } from './arguments.ts'
import type { Calls } from './calls.ts'
import { type FoundGroup, findGroup } from './find-group.ts'
import { type FoundUser, findUser } from './find-user.ts'
import { groupNotEditable, isMember, requireEditable, rulesOf } from './membership.ts'
import { groupParameter, userParameter } from './parameters.ts'
import { groupReach } from './reach.ts'
import { type FindOptions, nameOf, shortOf } from './reference.ts'
import { statusUnsuitable } from './user-status.ts'

/** Roles that may change who is in a group, the least first. */
export const membershipRoles = ['GROUP_MEMBERSHIP_ADMIN', 'USER_ADMIN', 'ORG_ADMIN', 'SUPER_ADMIN']

/** Scopes to change who is in a group. */
export const membershipScopes = ['okta.groups.manage', 'okta.users.read']

/** What a deactivated user cannot. */
export const JOIN = 'be put into a group'

/** `group.check_member` */
export const groupCheckMember: Action = {
  name: 'group.check_member',
  title: 'Check a group member',
  summary: 'Tells whether a user is in a group, by a rule or by hand.',
  effect: 'read',
  destructive: false,
  parameters: [groupParameter, userParameter],
  scopes: ['okta.groups.read', 'okta.users.read'],
  roles: ['HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN', 'REPORT_ADMIN', 'READ_ONLY_ADMIN'],
  async prepare(calls, given) {
    const { objects, before } = await findBoth(calls, given)
    return { objects, before, after: before, effects: [], result: before }
  },
}

/** `group.add_member` */
export const groupAddMember: Action = {
  name: 'group.add_member',
  title: 'Add a group member',
  summary: 'Puts a user into a group, which may give access to apps and admin roles.',
  effect: 'change',
  destructive: false,
  parameters: [groupParameter, userParameter],
  scopes: membershipScopes,
  roles: membershipRoles,
  async prepare(calls, given) {
    const { group, user, objects, before } = await findBoth(calls, given, requireEditable)
    if (before.member) return { objects, before, after: before, effects: [] }
    if (user.status === 'DEPROVISIONED') throw statusUnsuitable(user, JOIN)
    return {
      objects,
      before,
      after: { member: true },
      effects: [addEffect(group, user)],
      reach: () => groupReach(calls, group),
      apply: () => addMember(calls, group, user),
    }
  },
}

/** `group.remove_member` */
export const groupRemoveMember: Action = {
  name: 'group.remove_member',
  title: 'Remove a group member',
  summary: 'Takes a user out of a group, and with it what the group gives.',
  effect: 'change',
  destructive: false,
  parameters: [groupParameter, userParameter],
  scopes: membershipScopes,
  roles: membershipRoles,
  async prepare(calls, given): Promise<Prepared> {
    const { group, user, objects, before } = await findBoth(calls, given, requireEditable)
    if (!before.member) return { objects, before, after: before, effects: [] }
    const rules = await rulesOf(calls, group)
    return {
      objects,
      before,
      after: { member: false },
      effects: [removeEffect(group, user)],
      notes: ruleNotes(rules),
      reach: () => groupReach(calls, group),
      apply: () => removeMember(calls, group, user, { rules }),
    }
  },
}

/** What putting a user into a group changes. */
export function addEffect(group: FoundGroup, user: FoundUser): Effect {
  return {
    change: 'group.member.added',
    objects: [user.id, group.id],
    summary: `Add ${nameOf(user)} to the group ${nameOf(group)}.`,
  }
}

/** What taking a user out of a group changes. */
export function removeEffect(group: FoundGroup, user: FoundUser): Effect {
  return {
    change: 'group.member.removed',
    objects: [user.id, group.id],
    summary: `Remove ${nameOf(user)} from the group ${nameOf(group)}.`,
  }
}

/** Puts a user into a group. */
export async function addMember(
  calls: Calls,
  group: FoundGroup,
  user: FoundUser,
  { priority = 'interactive' }: FindOptions = {},
): Promise<Applied> {
  try {
    const { changed } = await calls.make(
      { method: 'PUT', path: pathOf(group, user), priority },
      () => isMember(calls, user, group, { priority }),
    )
    return { changed, after: { member: true } }
  } catch (error) {
    throw explained(error, group)
  }
}

/** Options of {@link removeMember}. */
export interface RemoveMemberOptions extends FindOptions {
  /** The names of the rules that put users into the group. */
  readonly rules: readonly string[]
}

/** Takes a user out of a group. Where rules put users there, it looks whether one put the user back. */
export async function removeMember(
  calls: Calls,
  group: FoundGroup,
  user: FoundUser,
  { rules, priority = 'interactive' }: RemoveMemberOptions,
): Promise<Applied> {
  const isIn = () => isMember(calls, user, group, { priority })
  let changed: boolean
  try {
    const made = await calls.make(
      { method: 'DELETE', path: pathOf(group, user), priority },
      async () => !(await isIn()),
    )
    changed = made.changed
  } catch (error) {
    if (rules.length > 0 && isOkta(error, 'E0000006')) throw fromRule(error, { group, user, rules })
    throw explained(error, group)
  }
  if (rules.length === 0 || !(await isIn())) return { changed, after: { member: false } }
  return {
    changed,
    after: { member: true },
    notes: [`The user is in ${nameOf(group)} again: a group rule put the user back.`],
  }
}

/** What the caller should know of a group that rules put users into. */
export function ruleNotes(rules: readonly string[]): readonly string[] {
  if (rules.length === 0) return []
  return [
    `Group rules put users into this group (${rules.join(', ')}). Whom one of them put there, Okta excludes from the rule, or refuses to take out.`,
  ]
}

/** The group and the user of the arguments, and whether the user is in it. */
async function findBoth(
  calls: Calls,
  given: Arguments,
  requireGroup: (group: FoundGroup) => void = () => {},
) {
  const group = await findGroup(calls, given.text('group'))
  requireGroup(group)
  const user = await findUser(calls, given.text('user'))
  const before = { member: await isMember(calls, user, group) }
  return { group, user, objects: [shortOf(user), shortOf(group)], before }
}

function pathOf(group: FoundGroup, user: FoundUser): string {
  return `/api/v1/groups/${encodeURIComponent(group.id)}/users/${encodeURIComponent(user.id)}`
}

function isOkta(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.okta.errorCode === code
}

function explained(error: unknown, group: FoundGroup): unknown {
  return isOkta(error, 'E0000060') ? groupNotEditable(group, error) : error
}

function fromRule(
  cause: unknown,
  {
    group,
    user,
    rules,
  }: {
    readonly group: FoundGroup
    readonly user: FoundUser
    readonly rules: readonly string[]
  },
): ActionError {
  return new ActionError(
    'action_membership_from_rule',
    `Okta refused to take ${nameOf(user)} out of ${nameOf(group)}, into which group rules put users: ${rules.join(', ')}.`,
    {
      remedy: `Exclude the user from the rule (Directory > Groups > Rules); where no rule put the user there, give the app one of the roles ${membershipRoles.join(', ')}.`,
      details: { group: group.id, user: user.id, rules },
      cause,
    },
  )
}
