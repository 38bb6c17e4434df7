/** @module The routes of users and their lifecycle. */

import { type Answer, noContent, ok } from '../../http/answer.ts'
import { oktaError } from '../../http/okta-error.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { ManagementRoute } from '../../http/route.ts'
import { listGroupsOfUser } from '../groups/members.ts'
import { createUser } from './create.ts'
import { requireUser } from './find.ts'
import { lifecycleOperations, performLifecycle } from './lifecycle.ts'
import { listUsers } from './list.ts'
import { deleteUser } from './remove.ts'
import { readOmissions, showUser, userEtag } from './show.ts'
import { userEvent } from './trace.ts'
import { replaceUser, updateUser } from './update.ts'

const reading = { scope: 'okta.users.read', permission: 'users.read' } as const
const writing = { scope: 'okta.users.manage', permission: 'users.write' } as const
const list = '/api/v1/users'

/** Users, their lifecycle, and what is below a user. */
export const userRoutes: readonly ManagementRoute[] = [
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/users',
    summary: 'Lists users, by `search`, `filter` or `q` where one is given',
    bucket: list,
    withoutRole: 'empty-list',
    handle: listUsers,
  },
  {
    ...writing,
    method: 'POST',
    path: '/api/v1/users',
    summary: 'Creates a user',
    bucket: list,
    handle: createUser,
  },
  {
    scope: 'okta.users.read',
    method: 'GET',
    path: '/api/v1/users/me',
    summary: 'Reads the owner of the API token; no user stands behind a service app',
    bucket: '/api/v1/users/me',
    handle: getUser,
  },
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/users/{id}',
    summary: 'Reads a user, by id, login or short login',
    bucket: '/api/v1/users/{idOrLogin}',
    handle: getUser,
  },
  ...(['POST', 'PUT', 'DELETE'] as const).map((method) => ({
    ...writing,
    method,
    path: '/api/v1/users/{id}',
    bucket: '/api/v1/users/{id}' as const,
    ...{
      POST: { summary: 'Changes a part of a user', handle: updateUser },
      PUT: { summary: 'Replaces the profile of a user', handle: replaceUser },
      DELETE: { summary: 'Deactivates a user; the second time, deletes', handle: deleteUser },
    }[method],
  })),
  ...lifecycleOperations.map((operation) => ({
    scope: 'okta.users.manage',
    permission: operation.permission,
    method: 'POST' as const,
    path: `/api/v1/users/{id}/lifecycle/${operation.name}`,
    summary: operation.summary,
    bucket: '/api/v1/users' as const,
    handle: (request: ManagementRequest) => performLifecycle(operation, request),
  })),
  {
    scope: 'okta.users.manage',
    permission: 'users.support',
    method: 'DELETE',
    path: '/api/v1/users/{id}/sessions',
    summary: 'Ends every session of a user',
    bucket: list,
    handle: clearSessions,
  },
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/users/{id}/groups',
    summary: 'Lists the groups of a user, Everyone included',
    bucket: list,
    handle: listGroupsOfUser,
  },
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/users/{id}/factors',
    summary: 'Lists the authenticators of a user: none',
    bucket: list,
    handle: (request) => {
      requireUser(request, 'users.read')
      return ok([])
    },
  },
  {
    ...reading,
    method: 'GET',
    path: '/api/v1/users/{id}/blocks',
    summary: 'Refuses with 401 E0000015: a feature that this org does not have',
    bucket: list,
    handle: () => {
      throw oktaError('E0000015')
    },
  },
]

function getUser(request: ManagementRequest): Answer {
  const user = requireUser(request, 'users.read')
  const options = { omit: readOmissions(request) }
  const recorded = options.omit.size === 0 ? request.org.recorded.of(user) : undefined
  return ok(recorded ?? showUser(request, user, options), { Etag: userEtag(user) })
}

function clearSessions(request: ManagementRequest): Answer {
  const { org, cause } = request
  const user = requireUser(request, 'users.support')
  org.log.write(userEvent('user.session.clear', user), cause)
  return noContent
}
