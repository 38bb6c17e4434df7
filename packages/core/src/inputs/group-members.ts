/** @module Who is in which group, Everyone included. */

import { readChildren } from './fan-out.ts'
import { groups } from './groups.ts'
import type { Input } from './input.ts'

/** `/api/v1/groups/{id}/users` of every group: `{"groupId":"00g…","user":{…}}`. */
export const groupMembers: Input = {
  name: 'group-members',
  title: 'Group members',
  plural: 'members',
  resource: '/api/v1/groups/{id}/users',
  // Okta asks for okta.groups.read alone.
  scopes: ['okta.groups.read'],
  roles: ['READ_ONLY_ADMIN'],
  sync: 'full',
  cursor: 'The groups that are being read, the page of each, and the last group that was begun.',
  takesSince: false,
  takesUntil: false,
  // Okta recommends 200. A walk spends one request on every group, so few pages of the large groups matter more, and a
  // page that is too large for Okta is asked for again in a smaller size.
  pageLimit: 1_000,
  bucket: '/api/v1/groups',
  columns: ['groupId', 'user.id', 'user.status', 'user.profile.login'],
  read: (org, options) =>
    readChildren(
      org,
      {
        input: 'group-members',
        parents: groups,
        idMember: 'groupId',
        lists: [{ path: 'users', pageLimit: groupMembers.pageLimit, member: 'user' }],
      },
      options,
    ),
}
