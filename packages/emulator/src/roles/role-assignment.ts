/** @module One admin role given to somebody: how it gets its id, and how Okta prints it. */

import { formatTime } from '../clock.ts'
import type { IdKind } from '../ids.ts'
import type { Org } from '../state/org.ts'
import {
  type CustomAssignment,
  type RoleAssignment,
  roleLabels,
  type StandardRole,
} from '../state/role.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What a role can be narrowed to; a role that is not here has no targets. */
const targetsOf: Readonly<Partial<Record<StandardRole, 'groups' | 'apps'>>> = {
  USER_ADMIN: 'groups',
  HELP_DESK_ADMIN: 'groups',
  GROUP_MEMBERSHIP_ADMIN: 'groups',
  APP_ADMIN: 'apps',
}

/** What an assignment can be narrowed to, if anything. */
export function targetKind({ type }: RoleAssignment): 'groups' | 'apps' | undefined {
  return type === 'CUSTOM' ? undefined : targetsOf[type]
}

/** Whether a text is the type of a standard role. */
export function isStandardRole(type: string): type is StandardRole {
  return Object.hasOwn(roleLabels, type)
}

/**
 * A standard role as it is given now.
 *
 * @param idKind - of ids that are not the Base32 of the type.
 */
export function makeAssignment(org: Org, idKind: IdKind, type: StandardRole): RoleAssignment {
  const fromType =
    org.assumptions.standardRoleIds === 'all-but-super-admin'
      ? type !== 'SUPER_ADMIN'
      : targetsOf[type] !== undefined
  const id = fromType ? base32(type) : org.ids.next(idKind)
  return { id, type, ...startNow(org) }
}

/** A custom role as it is given now. */
export function makeCustomAssignment(org: Org, custom: CustomAssignment): RoleAssignment {
  return { id: org.ids.next('clientRole'), type: 'CUSTOM', ...startNow(org), custom }
}

/** Base32 without padding (RFC 4648, section 6): Okta's ids of standard role assignments. */
function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => BASE32.charAt(Number.parseInt(group.padEnd(5, '0'), 2))).join('')
}

/** The name of a role, as the Admin Console shows it. */
export function labelOf(org: Org, role: RoleAssignment): string {
  if (role.type !== 'CUSTOM') return roleLabels[role.type]
  return org.customRoles.get(role.custom.roleId)?.label ?? 'Custom role'
}

/** What printing an assignment takes beside it. */
export interface AssignmentPlace {
  readonly org: Org
  readonly baseUrl: string
  readonly assignmentType: 'CLIENT' | 'USER' | 'GROUP'
  readonly assigneeHref: string
}

/** An assignment as Okta prints it. */
export function showAssignment(
  { org, baseUrl, assignmentType, assigneeHref }: AssignmentPlace,
  role: RoleAssignment,
) {
  const assignee = { href: assigneeHref }
  const view = {
    id: role.id,
    label: labelOf(org, role),
    type: role.type,
    status: 'ACTIVE',
    created: formatTime(role.createdMs),
    lastUpdated: formatTime(role.lastUpdatedMs),
    assignmentType,
  }
  if (role.type !== 'CUSTOM') return { ...view, _links: { assignee } }
  const { roleId, resourceSetId } = role.custom
  const setHref = `${baseUrl}/api/v1/iam/resource-sets/${resourceSetId}`
  return {
    ...view,
    'resource-set': resourceSetId,
    role: roleId,
    _links: {
      assignee,
      role: { href: `${baseUrl}/api/v1/iam/roles/${roleId}` },
      'resource-set': { href: setHref },
      permissions: { href: `${baseUrl}/api/v1/iam/roles/${roleId}/permissions` },
      member: { href: `${setHref}/bindings/${roleId}/members/${role.id}` },
    },
  }
}

function startNow(org: Org) {
  const atMs = org.time.secondMs()
  return { createdMs: atMs, lastUpdatedMs: atMs, groupTargets: [], appTargets: [] }
}
