/** @module Custom admin roles and their permissions. */

import { event } from '../apps/events.ts'
import { customPermissions } from '../authorization/custom-permissions.ts'
import { formatTime } from '../clock.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { optionalText, optionalTexts, readText } from '../http/fields.ts'
import { blank, duplicate, invalid, notFound } from '../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { CustomPermission, CustomRole } from '../state/role.ts'
import type { Participant } from '../system-log/event.ts'
import type { EventType } from '../system-log/event-messages.ts'
import { findByName, renewCustomAssignments } from './custom-assignment.ts'
import { adminUrl, iamReading, iamWriting, objectPage, selfLink } from './iam-links.ts'

const MAX_LABEL = 255

/**
 * `/api/v1/iam/roles`.
 *
 * @see Okta, "Role assignment" - custom roles and their permissions
 */
export const customRoleRoutes: readonly ManagementRoute[] = [
  {
    ...iamReading,
    method: 'GET',
    path: '/api/v1/iam/roles',
    summary: 'Lists the custom admin roles',
    handle: (request) =>
      objectPage(request, 'roles', {
        kind: 'customRole',
        rows: (after) => request.org.customRoles.after(after),
        view: (role) => showCustomRole(request, role),
      }),
  },
  {
    ...iamWriting,
    method: 'POST',
    path: '/api/v1/iam/roles',
    summary: 'Creates a custom admin role',
    handle: createRole,
  },
  {
    ...iamReading,
    method: 'GET',
    path: '/api/v1/iam/roles/{roleId}',
    summary: 'Reads a custom admin role',
    handle: (request) => roleAnswer(request, requireRole(request)),
  },
  {
    ...iamWriting,
    method: 'PUT',
    path: '/api/v1/iam/roles/{roleId}',
    summary: 'Renames a custom admin role',
    handle: updateRole,
  },
  {
    ...iamWriting,
    method: 'DELETE',
    path: '/api/v1/iam/roles/{roleId}',
    summary: 'Deletes a custom admin role',
    handle: deleteRole,
  },
  {
    ...iamReading,
    method: 'GET',
    path: '/api/v1/iam/roles/{roleId}/permissions',
    summary: 'Lists the permissions of a custom admin role',
    handle: (request) => {
      const role = requireRole(request)
      return ok({ permissions: role.permissions.map((one) => showPermission(request, role, one)) })
    },
  },
  {
    ...iamReading,
    method: 'GET',
    path: '/api/v1/iam/roles/{roleId}/permissions/{permission}',
    summary: 'Reads a permission of a custom admin role',
    handle: (request) => {
      const role = requireRole(request)
      return ok(showPermission(request, role, requirePermission(request, role)))
    },
  },
  {
    ...iamWriting,
    method: 'POST',
    path: '/api/v1/iam/roles/{roleId}/permissions/{permission}',
    summary: 'Adds a permission to a custom admin role',
    handle: addPermission,
  },
  {
    ...iamWriting,
    method: 'DELETE',
    path: '/api/v1/iam/roles/{roleId}/permissions/{permission}',
    summary: 'Takes a permission from a custom admin role',
    handle: removePermission,
  },
]

function createRole(request: ManagementRequest): Answer {
  const { org } = request
  const body = readJsonObject(request)
  const label = readText(body, 'label', { maxLength: MAX_LABEL })
  requireFreeLabel(request, label)
  const atMs = org.time.secondMs()
  const labels = new Set(optionalTexts(body, 'permissions') ?? [])
  if (labels.size === 0) throw blank('permissions')
  const role: CustomRole = {
    id: org.ids.next('customRole'),
    label,
    description: optionalText(body, 'description') ?? '',
    createdMs: atMs,
    lastUpdatedMs: atMs,
    permissions: [...labels].map((name) => ({ label: requireKnown(name), createdMs: atMs })),
  }
  put(request, role, { op: 'created', eventType: 'iam.role.create' })
  return roleAnswer(request, role)
}

function updateRole(request: ManagementRequest): Answer {
  const before = requireRole(request)
  const body = readJsonObject(request)
  const label = readText(body, 'label', { maxLength: MAX_LABEL })
  if (label !== before.label) requireFreeLabel(request, label)
  const description = optionalText(body, 'description') ?? before.description
  const lastUpdatedMs = request.org.time.secondMs()
  const role = { ...before, label, description, lastUpdatedMs }
  put(request, role, { op: 'updated', eventType: 'iam.role.update' })
  return roleAnswer(request, role)
}

function deleteRole(request: ManagementRequest): Answer {
  const { org, cause } = request
  const role = requireRole(request)
  org.customRoles.remove(role.id)
  renewCustomAssignments(org)
  const events = [event('iam.role.delete', [roleParticipant(role)])]
  org.record({ what: 'custom-role', op: 'deleted', id: role.id, events }, cause)
  return noContent
}

function addPermission(request: ManagementRequest): Answer {
  const role = requireRole(request)
  const label = requireKnown(request.params['permission'] ?? '')
  if (role.permissions.some((one) => one.label === label)) return noContent
  const createdMs = request.org.time.secondMs()
  // The newest comes first, as Okta lists them.
  const permissions = [{ label, createdMs }, ...role.permissions]
  const changed = { ...role, permissions }
  put(request, changed, { op: 'updated', eventType: 'iam.role.permissions.add' })
  return noContent
}

function removePermission(request: ManagementRequest): Answer {
  const role = requireRole(request)
  const gone = requirePermission(request, role)
  const permissions = role.permissions.filter((one) => one !== gone)
  if (permissions.length === 0) {
    throw invalid('permissions', 'permissions: A role must have at least one permission.')
  }
  const changed = { ...role, permissions }
  put(request, changed, { op: 'updated', eventType: 'iam.role.permissions.delete' })
  return noContent
}

/** A custom role as the System Log names it. */
export function roleParticipant({ id, label }: CustomRole): Participant {
  return {
    id,
    type: 'CUSTOM_ROLE',
    alternateId: `/api/v1/iam/roles/${id}`,
    displayName: label,
  }
}

function put(
  { org, cause }: ManagementRequest,
  role: CustomRole,
  trace: { readonly op: 'created' | 'updated'; readonly eventType: EventType },
): void {
  org.customRoles.put(role)
  renewCustomAssignments(org)
  const events = [event(trace.eventType, [roleParticipant(role)])]
  org.record({ what: 'custom-role', op: trace.op, id: role.id, events }, cause)
}

function requireRole({ org, params }: ManagementRequest): CustomRole {
  const name = params['roleId'] ?? ''
  const role = findByName(org.customRoles, name)
  if (role === undefined) throw notFound(name, 'CustomRole')
  return role
}

function requirePermission({ params }: ManagementRequest, role: CustomRole): CustomPermission {
  const label = params['permission'] ?? ''
  const found = role.permissions.find((one) => one.label === label)
  if (found === undefined) throw notFound(label, 'Permission')
  return found
}

function requireKnown(label: string): string {
  if (customPermissions.has(label)) return label
  throw invalid('permissions', `permissions: '${label}' is not a permission of custom roles.`)
}

function requireFreeLabel({ org }: ManagementRequest, label: string): void {
  if (findByName(org.customRoles, label) === undefined) return
  throw duplicate('label')
}

function roleAnswer(request: ManagementRequest, role: CustomRole): Answer {
  return ok(showCustomRole(request, role), selfLink(roleHref(request, role)))
}

function roleHref(request: ManagementRequest, { id }: CustomRole): string {
  return `${adminUrl(request)}/api/v1/iam/roles/${id}`
}

/** A custom role as Okta prints it. */
export function showCustomRole(request: ManagementRequest, role: CustomRole) {
  const href = roleHref(request, role)
  return {
    id: role.id,
    label: role.label,
    description: role.description,
    created: formatTime(role.createdMs),
    lastUpdated: formatTime(role.lastUpdatedMs),
    _links: { permissions: { href: `${href}/permissions` }, self: { href } },
  }
}

function showPermission(
  request: ManagementRequest,
  role: CustomRole,
  { label, createdMs }: CustomPermission,
) {
  const href = roleHref(request, role)
  return {
    label,
    created: formatTime(createdMs),
    lastUpdated: formatTime(createdMs),
    conditions: null,
    _links: { role: { href }, self: { href: `${href}/permissions/${label}` } },
  }
}
