/** @module Who has admin roles, as `/api/v1/iam` lists it. */

import { rolesOfUser } from '../authorization/permissions.ts'
import type { ManagementRequest } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { User } from '../state/user.ts'
import { objectPage } from './iam-links.ts'

/** `/api/v1/iam/assignees/users`. */
export const assigneeRoutes: readonly ManagementRoute[] = [
  {
    method: 'GET',
    path: '/api/v1/iam/assignees/users',
    summary: 'Lists the users who have an admin role',
    bucket: '/api/v1/iam',
    scope: 'okta.roles.read',
    permission: 'roles.read',
    handle: (request) =>
      objectPage(request, 'value', {
        kind: 'user',
        rows: (after) => administrators(request, after),
        view: ({ id }) => {
          const href = `${request.baseUrl}/api/v1/users/${id}`
          return {
            id,
            orn: `orn:okta:directory:${request.org.id}:users:${id}`,
            _links: { roles: { href: `${href}/roles` }, self: { href } },
          }
        },
      }),
  },
]

function* administrators(
  { org }: ManagementRequest,
  after: string | undefined,
): Generator<User, void, undefined> {
  for (const user of org.users.after(after)) {
    if (user.status !== 'DEPROVISIONED' && rolesOfUser(org, user).length > 0) yield user
  }
}
