/** @module Who is in which group, Everyone included. */

import { readChildren } from './fan-out.ts'
import { groups } from './groups.ts'
import type { Input } from './input.ts'
import type { ParentList } from './mirrored.ts'

const list: ParentList = {
  parentPath: '/api/v1/groups/{parent}',
  path: '/api/v1/groups/{parent}/users',
  // Okta recommends 200. A walk spends one request on every group, so few pages of the large groups matter more, and a
  // page that is too large for Okta is asked for again in a smaller size.
  pageLimit: 1_000,
  idMember: 'groupId',
  member: 'user',
}

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
  pageLimit: list.pageLimit,
  bucket: '/api/v1/groups',
  columns: ['groupId', 'user.id', 'user.status', 'user.profile.login'],
  mirrored: {
    // The user beside a membership is the user's own affair: a change of it is none of the membership.
    kinds: [{ name: 'group-member', list, changed: [], isIndexed: false, compared: 'presence' }],
    hints: [
      {
        eventTypes: ['group.user_membership.', 'group.lifecycle.delete'],
        kind: 'group-member',
        parent: 'UserGroup',
      },
    ],
    changes: {
      of: 'parents',
      input: 'groups',
      changed: 'lastMembershipUpdated',
      // Everyone shows it minutes late, and not for every change.
      except: { member: 'type', text: 'BUILT_IN' },
    },
  },
  read: (org, options) =>
    readChildren(
      org,
      {
        input: 'group-members',
        parents: groups,
        idMember: list.idMember,
        lists: [{ path: 'users', pageLimit: list.pageLimit, member: list.member }],
      },
      options,
    ),
}
