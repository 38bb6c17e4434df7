/** @module The apps of a group and of a user. */

import { reachesApp, reachOf } from '../authorization/permissions.ts'
import { requireGroup } from '../directory/groups/find.ts'
import { requireUser } from '../directory/users/find.ts'
import { type Answer, ok } from '../http/answer.ts'
import type { ManagementRequest } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { appsOfUser } from './app-access.ts'
import { appPage } from './app-list.ts'
import { derivedId } from './derived-id.ts'
import { homeLinks, logoUrl } from './show-app.ts'

/** `/api/v1/groups/{groupId}/apps` and `/api/v1/users/{id}/appLinks`. */
export const assignedAppRoutes: readonly ManagementRoute[] = [
  {
    method: 'GET',
    path: '/api/v1/groups/{groupId}/apps',
    summary: 'Lists the apps that a group is assigned to',
    bucket: '/api/v1/groups',
    scope: 'okta.groups.read',
    permission: 'groups.read',
    handle: listGroupApps,
  },
  {
    method: 'GET',
    path: '/api/v1/users/{id}/appLinks',
    summary: 'Lists the links to the apps of a user',
    bucket: '/api/v1/users',
    scope: 'okta.users.read',
    permission: 'users.read',
    handle: listAppLinks,
  },
]

function listGroupApps(request: ManagementRequest): Answer {
  const { org, principal } = request
  const group = requireGroup(request, 'groups.read')
  // Who may read groups sees their apps; a role that is narrowed to some apps sees only those.
  const reach = reachOf(principal.roles, 'apps.read')
  return appPage(request, (app) => {
    const assigned = org.appGroups.get(app.id)?.get(group.id) !== undefined
    return assigned && (reach === 'nothing' || reachesApp(reach, app))
  })
}

function listAppLinks(request: ManagementRequest): Answer {
  const { org, baseUrl } = request
  const user = requireUser(request, 'users.read')
  const links = [...appsOfUser(org, user.id)]
    .filter(([app]) => app.status === 'ACTIVE')
    .flatMap(([app]) =>
      homeLinks(org, baseUrl, app).map(({ href }) => ({
        id: user.id,
        label: app.label,
        linkUrl: href,
        logoUrl: logoUrl(app),
        appName: app.name,
        appInstanceId: app.id,
        appAssignmentId: derivedId(org, 'appUser', `${app.id} ${user.id}`),
        credentialsSetup: false,
        hidden: false,
        sortOrder: 0,
      })),
    )
  return ok(links)
}
