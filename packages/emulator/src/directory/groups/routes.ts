/** @module The routes of groups and their members. */

import { ok } from '../../http/answer.ts'
import type { ManagementRoute } from '../../http/route.ts'
import { requireGroup } from './find.ts'
import { listGroups } from './list.ts'
import { deleteMember, listMembers, putMember } from './members.ts'
import { readExpand, viewGroup } from './show.ts'
import { createGroup, deleteGroup, replaceGroup } from './write.ts'

const reading = { scope: 'okta.groups.read', permission: 'groups.read' } as const
const writing = { scope: 'okta.groups.manage', permission: 'groups.write' } as const
const members = { scope: 'okta.groups.manage', permission: 'members.write' } as const
const list = '/api/v1/groups'
const one = '/api/v1/groups/{id}'

/** Groups, their members. Group rules come before these: `rules` looks like the id of a group. */
export const groupRoutes: readonly ManagementRoute[] = [
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/groups',
    summary: 'Lists groups, by `search`, `filter` or `q` where one is given',
    bucket: list,
    withoutRole: 'assumed',
    handle: listGroups,
  },
  {
    ...writing,
    method: 'POST',
    path: '/api/v1/groups',
    summary: 'Creates a group',
    bucket: list,
    handle: createGroup,
  },
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/groups/{groupId}',
    summary: 'Reads a group, with `expand=stats` its figures',
    bucket: one,
    handle: (request) =>
      ok(viewGroup(request, requireGroup(request, 'groups.read'), readExpand(request))),
  },
  {
    ...writing,
    method: 'PUT',
    path: '/api/v1/groups/{groupId}',
    summary: 'Replaces the profile of a group',
    bucket: one,
    handle: replaceGroup,
  },
  {
    ...writing,
    method: 'DELETE',
    path: '/api/v1/groups/{groupId}',
    summary: 'Deletes a group',
    bucket: one,
    handle: deleteGroup,
  },
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/groups/{groupId}/users',
    summary: 'Lists the members of a group',
    bucket: list,
    handle: listMembers,
  },
  {
    ...members,
    method: 'PUT',
    path: '/api/v1/groups/{groupId}/users/{userId}',
    summary: 'Puts a user into a group',
    bucket: list,
    handle: putMember,
  },
  {
    ...members,
    method: 'DELETE',
    path: '/api/v1/groups/{groupId}/users/{userId}',
    summary: 'Takes a user out of a group',
    bucket: list,
    handle: deleteMember,
  },
]
