/** @module The actions that find one object: a user, a group, an app. */

import type { JsonObject } from '../json.ts'
import type { Action, Prepared } from './action.ts'
import { findApp } from './find-app.ts'
import { findGroup } from './find-group.ts'
import { findUser } from './find-user.ts'
import { appParameter, groupParameter, userParameter } from './parameters.ts'
import type { Found } from './reference.ts'

// What is shown of each: neither credentials nor links.
const userMembers = [
  ...['id', 'status', 'created', 'activated', 'statusChanged', 'lastLogin', 'lastUpdated'],
  ...['passwordChanged', 'type', 'profile'],
]
const groupMembers = [
  ...['id', 'type', 'created', 'lastUpdated', 'lastMembershipUpdated', 'objectClass', 'profile'],
]
const appMembers = [
  ...['id', 'name', 'label', 'status', 'signOnMode', 'created', 'lastUpdated', 'features'],
]

/** `user.find` */
export const userFind: Action = {
  name: 'user.find',
  title: 'Find a user',
  summary: 'Finds the one user with this id, login or e-mail address, and shows the profile.',
  effect: 'read',
  destructive: false,
  parameters: [userParameter],
  scopes: ['okta.users.read'],
  roles: ['HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN', 'REPORT_ADMIN', 'READ_ONLY_ADMIN'],
  prepare: async (calls, given) =>
    showFound(await findUser(calls, given.text('user')), userMembers),
}

/** `group.find` */
export const groupFind: Action = {
  name: 'group.find',
  title: 'Find a group',
  summary: 'Finds the one group with this id or name.',
  effect: 'read',
  destructive: false,
  parameters: [groupParameter],
  scopes: ['okta.groups.read'],
  roles: ['HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN', 'REPORT_ADMIN', 'READ_ONLY_ADMIN'],
  prepare: async (calls, given) =>
    showFound(await findGroup(calls, given.text('group')), groupMembers),
}

/** `app.find` */
export const appFind: Action = {
  name: 'app.find',
  title: 'Find an app',
  summary: 'Finds the one app with this id or label.',
  effect: 'read',
  destructive: false,
  parameters: [appParameter],
  scopes: ['okta.apps.read'],
  roles: ['REPORT_ADMIN', 'READ_ONLY_ADMIN', 'APP_ADMIN'],
  prepare: async (calls, given) => showFound(await findApp(calls, given.text('app')), appMembers),
}

function showFound({ kind, id, name, whole }: Found, members: readonly string[]): Prepared {
  const shown = members.map((member) => [member, whole[member]] as const)
  const result: JsonObject = Object.fromEntries(shown.filter(([, value]) => value !== undefined))
  return { objects: [{ kind, id, name }], before: {}, after: {}, effects: [], result }
}
