/** @module Which users and groups are assigned to which app. */

import { apps } from './apps.ts'
import { readChildren } from './fan-out.ts'
import type { Input } from './input.ts'

/**
 * `/api/v1/apps/{id}/users` and `/groups` of every app: `{"appId":"0oa…","user":{…}}` or `{"appId":"0oa…","group":{…}}`.
 */
export const appAssignments: Input = {
  name: 'app-assignments',
  title: 'App assignments',
  plural: 'assignments',
  resource: '/api/v1/apps/{id}/users',
  scopes: ['okta.apps.read'],
  roles: ['READ_ONLY_ADMIN'],
  sync: 'full',
  cursor: 'The apps that are being read, the page of each, and the last app that was begun.',
  takesSince: false,
  takesUntil: false,
  pageLimit: 500,
  bucket: '/api/v1/apps',
  columns: ['appId', 'user.id', 'group.id', 'user.scope', 'user.credentials.userName'],
  read: (org, options) =>
    readChildren(
      org,
      {
        input: 'app-assignments',
        parents: apps,
        idMember: 'appId',
        lists: [
          { path: 'users', pageLimit: appAssignments.pageLimit, member: 'user' },
          { path: 'groups', pageLimit: 200, member: 'group' },
        ],
      },
      options,
    ),
}
