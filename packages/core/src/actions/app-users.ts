/** @module The actions about one app and one user. */

import { ApiError } from '../org/errors.ts'
import type { Action, Applied } from './action.ts'
import {
  accessFromGroup,
  appUserPath,
  grantingGroups,
  namesOf,
  readAppAccess,
} from './app-access.ts'
import type { Arguments } from './arguments.ts'
import type { Calls } from './calls.ts'
import { type FoundApp, findApp } from './find-app.ts'
import { type FoundUser, findUser } from './find-user.ts'
import { appParameter, userParameter } from './parameters.ts'
import { nameOf, shortOf } from './reference.ts'
import { statusUnsuitable } from './user-status.ts'

/** Roles that may assign apps, the least first. */
export const assignmentRoles = ['APP_ADMIN', 'SUPER_ADMIN']

interface Pair {
  readonly app: FoundApp
  readonly user: FoundUser
}

/** `app.check_user` */
export const appCheckUser: Action = {
  name: 'app.check_user',
  title: 'Check an app user',
  summary: 'Tells whether a user has an app, and whether through a group (scope GROUP).',
  effect: 'read',
  destructive: false,
  parameters: [appParameter, userParameter],
  scopes: ['okta.apps.read', 'okta.users.read'],
  roles: ['REPORT_ADMIN', 'READ_ONLY_ADMIN', 'APP_ADMIN'],
  async prepare(calls, given) {
    const { objects, before } = await findBoth(calls, given)
    return { objects, before, after: before, effects: [], result: before }
  },
}

/** `app.assign_user` */
export const appAssignUser: Action = {
  name: 'app.assign_user',
  title: 'Assign an app to a user',
  summary:
    'Gives a user an app. Who has it through a group gets it directly, and keeps it without the group.',
  effect: 'change',
  destructive: false,
  parameters: [appParameter, userParameter],
  scopes: ['okta.apps.manage', 'okta.users.read'],
  roles: assignmentRoles,
  async prepare(calls, given) {
    const { app, user, objects, before } = await findBoth(calls, given)
    if (before.scope === 'USER') return { objects, before, after: before, effects: [] }
    if (user.status === 'DEPROVISIONED' || user.status === 'SUSPENDED')
      throw statusUnsuitable(user, 'be given an app')
    const directly = before.assigned ? ', who has it through a group, directly' : ''
    return {
      objects,
      before,
      after: { assigned: true, scope: 'USER' },
      effects: [
        {
          change: 'app.user.assigned',
          objects: [app.id, user.id],
          summary: `Assign ${nameOf(app)} to ${nameOf(user)}${directly}.`,
        },
      ],
      apply: () => assign(calls, { app, user }),
    }
  },
}

/** `app.unassign_user` */
export const appUnassignUser: Action = {
  name: 'app.unassign_user',
  title: 'Take an app from a user',
  summary:
    'Takes from a user an app that was assigned directly, and the account in it where Okta manages it.',
  effect: 'change',
  destructive: true,
  parameters: [appParameter, userParameter],
  scopes: ['okta.apps.manage', 'okta.users.read'],
  roles: assignmentRoles,
  async prepare(calls, given) {
    const { app, user, objects, before } = await findBoth(calls, given)
    if (!before.assigned) return { objects, before, after: before, effects: [] }
    const groups = await grantingGroups(calls, app, user)
    if (before.scope === 'GROUP') throw accessFromGroup({ app, user }, groups)
    const isGranted = groups !== undefined && groups.length > 0
    return {
      objects,
      before,
      after: isGranted ? { assigned: true, scope: 'GROUP' } : { assigned: false },
      effects: [
        {
          change: 'app.user.unassigned',
          objects: [app.id, user.id],
          summary: `Take ${nameOf(app)} from ${nameOf(user)}.`,
        },
      ],
      notes: isGranted ? [`The user has the app through ${namesOf(groups)} too.`] : [],
      apply: () => unassign(calls, { app, user }),
    }
  },
}

async function findBoth(calls: Calls, given: Arguments) {
  const app = await findApp(calls, given.text('app'))
  const user = await findUser(calls, given.text('user'))
  const before = await readAppAccess(calls, app, user)
  return { app, user, objects: [shortOf(app), shortOf(user)], before }
}

async function assign(calls: Calls, { app, user }: Pair): Promise<Applied> {
  const request = {
    method: 'POST',
    path: `/api/v1/apps/${encodeURIComponent(app.id)}/users`,
    body: { id: user.id, scope: 'USER' },
    // A second one answers the first, or that it is so already.
    retryable: true,
  }
  const isDone = async () => (await readAppAccess(calls, app, user)).scope === 'USER'
  let changed: boolean
  try {
    changed = (await calls.make(request, isDone)).changed
  } catch (error) {
    throw isOkta(error, 'E0000117') ? statusUnsuitable(user, 'be given an app', error) : error
  }
  return { changed, after: await readAppAccess(calls, app, user) }
}

async function unassign(calls: Calls, { app, user }: Pair): Promise<Applied> {
  const isDone = async () => (await readAppAccess(calls, app, user)).scope !== 'USER'
  let changed: boolean
  try {
    const request = { method: 'DELETE', path: appUserPath(app, user) }
    changed = (await calls.make(request, isDone)).changed
  } catch (error) {
    if (!isOkta(error, 'E0000046')) throw error
    throw accessFromGroup({ app, user }, await grantingGroups(calls, app, user), error)
  }
  return { changed, after: await readAppAccess(calls, app, user) }
}

function isOkta(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.okta.errorCode === code
}
