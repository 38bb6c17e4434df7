/** @module The actions about many users and one group: each user is found, judged and changed for itself. */

import type { Action, ActionItem, Prepared } from './action.ts'
import { ActionError } from './action-error.ts'
import type { Arguments } from './arguments.ts'
import type { Calls } from './calls.ts'
import { findGroup } from './find-group.ts'
import type { FoundUser } from './find-user.ts'
import { findUsers } from './find-users.ts'
import {
  addEffect,
  addMember,
  JOIN,
  membershipRoles,
  membershipScopes,
  removeEffect,
  removeMember,
  ruleNotes,
} from './group-members.ts'
import { membersAmong, requireEditable, rulesOf } from './membership.ts'
import { ALREADY_SO, changeEach, failed, type Outcome, PLANNED } from './outcomes.ts'
import type { Parameter } from './parameter.ts'
import { groupParameter } from './parameters.ts'
import { groupReach } from './reach.ts'
import { shortOf } from './reference.ts'
import { statusUnsuitable } from './user-status.ts'

const MAX_USERS = 10_000
// A person waits for so few; more of them go behind what people do at the same time.
const MAX_INTERACTIVE = 20

const usersParameter: Parameter = {
  name: 'users',
  kind: 'users',
  description: 'The users: ids, logins or e-mail addresses.',
  required: true,
  max: MAX_USERS,
}

/** `group.add_members` */
export const groupAddMembers: Action = {
  name: 'group.add_members',
  title: 'Add group members',
  summary:
    'Puts up to 10,000 users into a group. One that fails stops no other; run again, it does what is left.',
  effect: 'change',
  destructive: false,
  parameters: [groupParameter, usersParameter],
  scopes: membershipScopes,
  roles: membershipRoles,
  prepare: (calls, given) => prepareMany(calls, given, groupAddMembers, true),
}

/** `group.remove_members` */
export const groupRemoveMembers: Action = {
  name: 'group.remove_members',
  title: 'Remove group members',
  summary:
    'Takes up to 10,000 users out of a group. One that fails stops no other; run again, it does what is left.',
  effect: 'change',
  destructive: false,
  parameters: [groupParameter, usersParameter],
  scopes: membershipScopes,
  roles: membershipRoles,
  prepare: (calls, given) => prepareMany(calls, given, groupRemoveMembers, false),
}

/** One of the list: as it was given, and the user, or why there is nothing to do for it. */
interface Given {
  readonly value: string
  readonly user: FoundUser | ActionError
}

async function prepareMany(
  calls: Calls,
  given: Arguments,
  action: Action,
  isAdding: boolean,
): Promise<Prepared> {
  const group = await findGroup(calls, given.text('group'))
  requireEditable(group)
  const values = given.texts('users')
  const priority = values.length > MAX_INTERACTIVE ? 'incremental' : 'interactive'
  const found = await findUsers(calls, values, priority)
  const users = distinct([...found.values()])
  const members = await membersAmong(calls, users, group, priority)
  const isLeft = (user: FoundUser) => members.has(user.id) !== isAdding
  const all = [...found].map(([value, user]): Given => {
    if (!isAdding || user instanceof ActionError || !isLeft(user)) return { value, user }
    return { value, user: user.status === 'DEPROVISIONED' ? statusUnsuitable(user, JOIN) : user }
  })
  const wanted = distinct(all.map(({ user }) => user)).filter(isLeft)
  const rules = isAdding || wanted.length === 0 ? [] : await rulesOf(calls, group)
  const change = isAdding
    ? (user: FoundUser) => addMember(calls, group, user, { priority })
    : (user: FoundUser) => removeMember(calls, group, user, { priority, rules })
  const count = (changed: number) => {
    const inGroup = members.size + (isAdding ? changed : -changed)
    return { members: inGroup, others: users.length - inGroup }
  }
  const itemsOf = (outcomes: ReadonlyMap<string, Outcome>) => {
    const byValue = new Map(all.map(({ value, user }) => [value, itemOf(user, outcomes)]))
    return values.map((value): ActionItem => ({ value, ...(byValue.get(value) ?? ALREADY_SO) }))
  }
  const planned = new Map(wanted.map(({ id }) => [id, PLANNED]))
  return {
    objects: [shortOf(group)],
    before: count(0),
    after: count(wanted.length),
    effects: wanted.map((user) => (isAdding ? addEffect : removeEffect)(group, user)),
    items: itemsOf(planned),
    notes: ruleNotes(rules),
    reach: async () => ({ users: wanted.length, ...(await groupReach(calls, group)) }),
    async apply() {
      const outcomes = await changeEach(calls, action, wanted, change)
      const settled = [...outcomes.values()].filter(({ outcome }) => outcome !== 'failed')
      return { after: count(settled.length), items: itemsOf(outcomes) }
    },
  }
}

function itemOf(user: FoundUser | ActionError, outcomes: ReadonlyMap<string, Outcome>): Outcome {
  return user instanceof ActionError ? failed(user) : (outcomes.get(user.id) ?? ALREADY_SO)
}

/** Each user once, however often and in whatever ways the list names the user. */
function distinct(found: readonly (FoundUser | ActionError)[]): readonly FoundUser[] {
  const users = found.flatMap((user) => (user instanceof ActionError ? [] : [user]))
  return [...new Map(users.map((user) => [user.id, user])).values()]
}
