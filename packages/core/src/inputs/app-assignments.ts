/** @module Which users and groups are assigned to which app. */

import { apps } from './apps.ts'
import { readChildren } from './fan-out.ts'
import type { Input } from './input.ts'
import type { ObjectKind, ParentList } from './mirrored.ts'

const ofApp = { parentPath: '/api/v1/apps/{parent}', idMember: 'appId' } as const

const users: ParentList = {
  ...ofApp,
  path: '/api/v1/apps/{parent}/users',
  pageLimit: 500,
  member: 'user',
}

const groups: ParentList = {
  ...ofApp,
  path: '/api/v1/apps/{parent}/groups',
  pageLimit: 200,
  member: 'group',
}

const kind = { changed: ['lastUpdated'], isIndexed: false, compared: 'content' } as const

const kinds: readonly ObjectKind[] = [
  { ...kind, name: 'app-user', path: '/api/v1/apps/{parent}/users/{id}', list: users },
  { ...kind, name: 'app-group', path: '/api/v1/apps/{parent}/groups/{id}', list: groups },
]

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
  pageLimit: users.pageLimit,
  bucket: '/api/v1/apps',
  columns: ['appId', 'user.id', 'group.id', 'user.scope', 'user.credentials.userName'],
  mirrored: {
    kinds,
    hints: [
      {
        eventTypes: ['application.user_membership.'],
        kind: 'app-user',
        parent: 'AppInstance',
        object: 'User',
      },
      {
        eventTypes: ['group.application_assignment.'],
        kind: 'app-group',
        parent: 'AppInstance',
        object: 'UserGroup',
      },
      // The assignments of its members came or went with it.
      {
        eventTypes: ['group.application_assignment.', 'application.lifecycle.delete'],
        kind: 'app-user',
        parent: 'AppInstance',
      },
      { eventTypes: ['application.lifecycle.delete'], kind: 'app-group', parent: 'AppInstance' },
    ],
  },
  read: (org, options) =>
    readChildren(
      org,
      {
        input: 'app-assignments',
        parents: apps,
        idMember: ofApp.idMember,
        lists: [
          { path: 'users', pageLimit: users.pageLimit, member: users.member },
          { path: 'groups', pageLimit: groups.pageLimit, member: groups.member },
        ],
      },
      options,
    ),
}
