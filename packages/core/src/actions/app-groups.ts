/** @module The actions about one app and one group. */

import type { Action, Applied } from './action.ts'
import { appGroupPath, isGroupAssigned } from './app-access.ts'
import { assignmentRoles } from './app-users.ts'
import type { Arguments } from './arguments.ts'
import type { Calls } from './calls.ts'
import { type FoundApp, findApp } from './find-app.ts'
import { type FoundGroup, findGroup } from './find-group.ts'
import { appParameter, groupParameter } from './parameters.ts'
import { memberCount } from './reach.ts'
import { nameOf, shortOf } from './reference.ts'

const parameters = [appParameter, groupParameter]
const scopes = ['okta.apps.manage', 'okta.groups.read']

/** `app.check_group` */
export const appCheckGroup: Action = {
  name: 'app.check_group',
  title: 'Check an app group',
  summary: 'Tells whether an app is assigned to a group.',
  effect: 'read',
  destructive: false,
  parameters,
  scopes: ['okta.apps.read', 'okta.groups.read'],
  roles: ['REPORT_ADMIN', 'READ_ONLY_ADMIN', 'APP_ADMIN'],
  async prepare(calls, given) {
    const { objects, before } = await findBoth(calls, given)
    return { objects, before, after: before, effects: [], result: before }
  },
}

/** `app.assign_group` */
export const appAssignGroup: Action = {
  name: 'app.assign_group',
  title: 'Assign an app to a group',
  summary: 'Gives every member of a group an app, now and later.',
  effect: 'change',
  destructive: false,
  parameters,
  scopes,
  roles: assignmentRoles,
  prepare: (calls, given) => prepareChange(calls, given, true),
}

/** `app.unassign_group` */
export const appUnassignGroup: Action = {
  name: 'app.unassign_group',
  title: 'Take an app from a group',
  summary: 'Takes an app from a group, and from the members who have it through that group alone.',
  effect: 'change',
  destructive: true,
  parameters,
  scopes,
  roles: assignmentRoles,
  prepare: (calls, given) => prepareChange(calls, given, false),
}

async function prepareChange(calls: Calls, given: Arguments, assigned: boolean) {
  const { app, group, objects, before } = await findBoth(calls, given)
  if (before.assigned === assigned) return { objects, before, after: before, effects: [] }
  const [subject, object] = [nameOf(app), nameOf(group)]
  return {
    objects,
    before,
    after: { assigned },
    effects: [
      {
        change: assigned ? 'app.group.assigned' : 'app.group.unassigned',
        objects: [app.id, group.id],
        summary: assigned
          ? `Assign ${subject} to the group ${object}.`
          : `Take ${subject} from the group ${object}.`,
      },
    ],
    reach: async () => ({ users: await memberCount(calls, group) }),
    apply: () => change(calls, app, group, assigned),
  }
}

async function change(
  calls: Calls,
  app: FoundApp,
  group: FoundGroup,
  assigned: boolean,
): Promise<Applied> {
  const path = appGroupPath(app, group)
  // Without a priority, Okta puts it behind the others.
  const request = assigned ? { method: 'PUT', path, body: {} } : { method: 'DELETE', path }
  const { changed } = await calls.make(
    request,
    async () => (await isGroupAssigned(calls, app, group)) === assigned,
  )
  return { changed, after: { assigned } }
}

async function findBoth(calls: Calls, given: Arguments) {
  const app = await findApp(calls, given.text('app'))
  const group = await findGroup(calls, given.text('group'))
  const before = { assigned: await isGroupAssigned(calls, app, group) }
  return { app, group, objects: [shortOf(app), shortOf(group)], before }
}
