/** @module The group that a path names, and which groups take no changes. */

import { type Permission, reachesGroup, reachOf } from '../../authorization/permissions.ts'
import { notFound, oktaError } from '../../http/okta-error.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { Group } from '../../state/group.ts'
import { outOfReach } from '../users/find.ts'

/**
 * The group whom the path names by `{groupId}`.
 *
 * @throws {RefusedRequest} `E0000007` where there is none; `E0000006` where the caller's role does not reach it.
 */
export function requireGroup(request: ManagementRequest, permission: Permission): Group {
  const id = request.params['groupId'] ?? ''
  const group = request.org.groups.get(id)
  if (group === undefined) throw notFound(id, 'UserGroup')
  const reach = reachOf(request.principal.roles, permission)
  if (!reachesGroup(reach, group.id)) throw outOfReach(request, id, 'UserGroup')
  return group
}

/**
 * Refuses changes of groups that are not the administrators' own.
 *
 * @throws {RefusedRequest} `E0000060` for Okta's own groups, `E0000006` for those that an app manages.
 */
export function refuseManagedGroup(group: Group): void {
  if (group.type === 'BUILT_IN') throw oktaError('E0000060')
  if (group.type === 'APP_GROUP') throw oktaError('E0000006')
}
