/** @module Narrows a role to groups or to apps. */

import { formatTime } from '../clock.ts'
import { showGroup } from '../directory/groups/show.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { invalid, notFound, oktaError } from '../http/okta-error.ts'
import type { ManagementRequest } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { appKinds, kindOf } from '../state/app-kind.ts'
import type { RoleAssignment } from '../state/role.ts'
import { targetKind } from './role-assignment.ts'
import { type HolderKind, putRoles, requireHolder } from './role-holder.ts'
import { requireAssignment, rolePlaces } from './roles.ts'

type Targets = 'groups' | 'apps'

const members = { groups: 'groupTargets', apps: 'appTargets' } as const

/** The places of targets behind `/roles/{roleId}`, and how the path names one. */
const targetPaths: readonly {
  readonly targets: Targets
  readonly path: string
  readonly name: (request: ManagementRequest) => string
}[] = [
  { targets: 'groups', path: '/targets/groups/{groupId}', name: nameGroup },
  { targets: 'apps', path: '/targets/catalog/apps/{appName}/{appId}', name: nameApp },
  { targets: 'apps', path: '/targets/catalog/apps/{appName}', name: nameAppKind },
]

/**
 * `…/roles/{roleId}/targets/…` of clients, users and groups.
 *
 * @see Okta, "Role assignment" - which roles take which targets
 */
export const roleTargetRoutes: readonly ManagementRoute[] = rolePlaces.flatMap(
  ({ kind, path, bucket, holder }): readonly ManagementRoute[] => [
    ...(['groups', 'apps'] as const).map(
      (targets): ManagementRoute => ({
        method: 'GET',
        path: `${path}/{roleId}/targets/${targets === 'groups' ? 'groups' : 'catalog/apps'}`,
        summary: `Lists the ${targets} that a role of ${holder} is narrowed to`,
        bucket,
        scope: 'okta.roles.read',
        permission: 'roles.read',
        handle: (request) => listTargets(request, kind, targets),
      }),
    ),
    ...targetPaths.flatMap(({ targets, path: targetPath, name }) =>
      (['PUT', 'DELETE'] as const).map(
        (method): ManagementRoute => ({
          method,
          path: `${path}/{roleId}${targetPath}`,
          summary:
            method === 'PUT'
              ? `Narrows a role of ${holder} to one of the ${targets}`
              : `Takes a target from a role of ${holder}`,
          bucket,
          scope: 'okta.roles.manage',
          permission: 'roles.write',
          handle: (request) =>
            changeTargets(request, kind, {
              targets,
              add: method === 'PUT',
              name: () => name(request),
            }),
        }),
      ),
    ),
  ],
)

function listTargets(request: ManagementRequest, kind: HolderKind, targets: Targets): Answer {
  const holder = requireHolder(request, kind)
  const role = requireAssignment(request, holder)
  requireTargetKind(role, targets)
  const names = role[members[targets]]
  if (targets === 'apps') return ok(names.map((name) => showAppTarget(request, name)))
  const groups = names.flatMap((id) => request.org.groups.get(id) ?? [])
  return ok(groups.map((group) => showGroup(request, group)))
}

function changeTargets(
  request: ManagementRequest,
  kind: HolderKind,
  change: { readonly targets: Targets; readonly add: boolean; readonly name: () => string },
): Answer {
  const { org, cause } = request
  const holder = requireHolder(request, kind)
  const role = requireAssignment(request, holder)
  requireTargetKind(role, change.targets)
  const member = members[change.targets]
  const before = role[member]
  const name = change.name()
  const after = change.add
    ? [...before.filter((other) => other !== name), name]
    : withoutTarget(before, name)
  const changed: RoleAssignment = { ...role, [member]: after, lastUpdatedMs: org.time.secondMs() }
  const roles = holder.roles.map((other) => (other.id === role.id ? changed : other))
  putRoles(org, holder, roles, { op: 'updated', assignmentId: role.id, cause })
  return noContent
}

// A role without targets covers everything, so taking away the last one would widen it.
function withoutTarget(before: readonly string[], name: string): readonly string[] {
  if (!before.includes(name)) throw notFound(name, 'RoleTarget')
  if (before.length > 1) return before.filter((other) => other !== name)
  throw invalid(
    'target',
    "You can't remove the last target from a role assignment, since this causes an exception. Delete the role assignment instead.",
  )
}

function requireTargetKind(role: RoleAssignment, targets: Targets): void {
  if (targetKind(role) !== targets) throw oktaError('E0000091')
}

function nameGroup({ org, params }: ManagementRequest): string {
  const groupId = params['groupId'] ?? ''
  if (org.groups.get(groupId) === undefined) throw notFound(groupId, 'UserGroup')
  return groupId
}

function nameAppKind({ org, params }: ManagementRequest): string {
  const appName = params['appName'] ?? ''
  const known = appKinds.has(appName) || [...org.apps].some(({ name }) => name === appName)
  if (!known) throw notFound(appName, 'App')
  return appName
}

function nameApp({ org, params }: ManagementRequest): string {
  const { appName = '', appId = '' } = params
  if (org.apps.get(appId)?.name !== appName) throw notFound(appId, 'AppInstance')
  return `${appName}/${appId}`
}

function showAppTarget({ org, baseUrl }: ManagementRequest, target: string) {
  const [name = '', id] = target.split('/')
  const app = id === undefined ? undefined : org.apps.get(id)
  const { displayName } = kindOf({ name })
  const catalog = { name, displayName, status: 'ACTIVE' }
  if (app === undefined) return catalog
  return {
    ...catalog,
    id: app.id,
    status: app.status,
    lastUpdated: formatTime(app.lastUpdatedMs),
    _links: { self: { href: `${baseUrl}/api/v1/apps/${app.id}` } },
  }
}
