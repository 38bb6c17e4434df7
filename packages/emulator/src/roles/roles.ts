/** @module Gives admin roles to service apps, users and groups, and takes them away. */

import { type Answer, noContent, ok } from '../http/answer.ts'
import { readText } from '../http/fields.ts'
import { invalid, notFound, oktaError } from '../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { IdKind } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import { findClient } from '../state/clients.ts'
import { isMember } from '../state/members.ts'
import type { RoleAssignment } from '../state/role.ts'
import { customAssignment } from './custom-assignment.ts'
import {
  isStandardRole,
  makeAssignment,
  makeCustomAssignment,
  showAssignment,
} from './role-assignment.ts'
import { type HolderKind, putRoles, type RoleHolder, requireHolder } from './role-holder.ts'

/** Where the roles of a kind of holder are, and what their new ids look like. */
const places: Readonly<
  Record<
    HolderKind,
    {
      readonly path: string
      readonly bucket: '/oauth2/v1/clients' | '/api/v1/users' | '/api/v1/groups'
      readonly idKind: IdKind
      readonly holder: string
    }
  >
> = {
  CLIENT: {
    path: '/oauth2/v1/clients/{id}/roles',
    bucket: '/oauth2/v1/clients',
    idKind: 'userRole',
    holder: 'a client',
  },
  USER: {
    path: '/api/v1/users/{id}/roles',
    bucket: '/api/v1/users',
    idKind: 'userRole',
    holder: 'a user',
  },
  GROUP: {
    path: '/api/v1/groups/{id}/roles',
    bucket: '/api/v1/groups',
    idKind: 'groupRole',
    holder: 'a group',
  },
}

/** The kinds of holder with the place of their roles. */
export const rolePlaces = (['CLIENT', 'USER', 'GROUP'] as const).map((kind) => ({
  kind,
  ...places[kind],
}))

/**
 * `/oauth2/v1/clients/{id}/roles`, `/api/v1/users/{id}/roles`, `/api/v1/groups/{id}/roles`. Only Super Admins assign.
 *
 * @see Okta, "Role assignment"
 */
export const roleRoutes: readonly ManagementRoute[] = rolePlaces.flatMap(
  ({ kind, path, bucket, holder }): readonly ManagementRoute[] => [
    {
      method: 'GET',
      path,
      summary: `Lists the admin roles of ${holder}`,
      bucket,
      scope: 'okta.roles.read',
      permission: 'roles.read',
      handle: (request) => listRoles(request, kind),
    },
    {
      method: 'POST',
      path,
      summary: `Gives an admin role to ${holder}`,
      bucket,
      scope: 'okta.roles.manage',
      permission: 'roles.write',
      handle: (request) => assignRole(request, kind),
    },
    {
      method: 'GET',
      path: `${path}/{roleId}`,
      summary: `Reads an admin role of ${holder}`,
      bucket,
      scope: 'okta.roles.read',
      permission: 'roles.read',
      handle: (request) => {
        const found = requireHolder(request, kind)
        return ok(showHeld(request, found, requireAssignment(request, found)))
      },
    },
    {
      method: 'DELETE',
      path: `${path}/{roleId}`,
      summary: `Takes an admin role from ${holder}`,
      bucket,
      scope: 'okta.roles.manage',
      permission: 'roles.write',
      handle: (request) => withdrawRole(request, kind),
    },
  ],
)

/**
 * The assignment that the path names.
 *
 * @throws {RefusedRequest} `E0000007` where the holder has none with that id.
 */
export function requireAssignment(
  { params }: ManagementRequest,
  holder: RoleHolder,
): RoleAssignment {
  const roleId = params['roleId'] ?? ''
  const role = holder.roles.find(({ id }) => id === roleId)
  if (role === undefined) throw notFound(roleId, 'RoleAssignment')
  return role
}

function listRoles(request: ManagementRequest, kind: HolderKind): Answer {
  const { org } = request
  const holder = requireHolder(request, kind)
  const own = holder.roles.map((role) => showHeld(request, holder, role))
  if (kind !== 'USER') return ok(own)
  const inherited = [...org.groupRoles].flatMap(([groupId, roles]) => {
    const place = { ...placeOf(request, holder), assignmentType: 'GROUP' as const }
    return isMember(org, groupId, holder.id) ? roles.map((role) => showAssignment(place, role)) : []
  })
  return ok([...own, ...inherited])
}

function assignRole(request: ManagementRequest, kind: HolderKind): Answer {
  const { org, cause } = request
  const holder = requireHolder(request, kind)
  const body = readJsonObject(request)
  const role = readRole(request, kind, body)
  const client = kind === 'CLIENT' ? findClient(org, request.params['id'] ?? '') : undefined
  if (client !== undefined && client.oauth.applicationType !== 'service') {
    throw oktaError('E0000227')
  }
  if (holder.roles.some((other) => isSameRole(other, role))) {
    throw oktaError(kind === 'CLIENT' ? org.assumptions.duplicateRole : 'E0000090')
  }
  putRoles(org, holder, [...holder.roles, role], { op: 'created', assignmentId: role.id, cause })
  const status = kind === 'CLIENT' ? Number(org.assumptions.roleStatus) : 201
  return { status, json: showHeld(request, holder, role) }
}

function withdrawRole(request: ManagementRequest, kind: HolderKind): Answer {
  const { org, cause } = request
  const holder = requireHolder(request, kind)
  const role = requireAssignment(request, holder)
  const rest = holder.roles.filter(({ id }) => id !== role.id)
  putRoles(org, holder, rest, { op: 'deleted', assignmentId: role.id, cause })
  return noContent
}

function readRole({ org }: ManagementRequest, kind: HolderKind, body: JsonObject): RoleAssignment {
  const type = readText(body, 'type')
  if (type === 'CUSTOM') {
    const custom = customAssignment(org, readText(body, 'role'), readText(body, 'resource-set'))
    return makeCustomAssignment(org, custom)
  }
  if (!isStandardRole(type)) throw invalid('type', `type: '${type}' is not a role type.`)
  return makeAssignment(org, places[kind].idKind, type)
}

function isSameRole(one: RoleAssignment, other: RoleAssignment): boolean {
  if (one.type !== 'CUSTOM' || other.type !== 'CUSTOM') return one.type === other.type
  return (
    one.custom.roleId === other.custom.roleId &&
    one.custom.resourceSetId === other.custom.resourceSetId
  )
}

function placeOf({ org, baseUrl }: ManagementRequest, holder: RoleHolder) {
  const { kind, path } = holder
  return { org, baseUrl, assignmentType: kind, assigneeHref: `${baseUrl}${path}` }
}

function showHeld(request: ManagementRequest, holder: RoleHolder, role: RoleAssignment) {
  return showAssignment(placeOf(request, holder), role)
}
