/** @module The admin roles of a client: list, assign what is missing, withdraw. */

import { ApiError } from '../org/errors.ts'
import { eachOf, type Members, requireMembers, textOf } from '../org/members.ts'
import type { Org } from '../org/org.ts'
import { nameOfRole, type RoleChoice } from './admin-roles.ts'
import { unlessRefused } from './app.ts'
import { ServiceAppError } from './errors.ts'
import { removeObject } from './remove.ts'

/** An admin role that a client has. */
export interface RoleAssignment {
  /** Of the assignment, not of the role. */
  readonly assignmentId: string
  readonly type: string
  /** As the Admin Console shows it. */
  readonly label: string | undefined
  /** Of a custom role. */
  readonly roleId: string | undefined
  readonly resourceSetId: string | undefined
}

/**
 * Lists the admin roles of a client. Only a Super Admin may read them.
 *
 * @throws {ApiError} `role_insufficient`
 */
export async function listRoles(
  org: Org,
  clientId: string,
  signal?: AbortSignal,
): Promise<RoleAssignment[]> {
  const answer = await org.request({ path: rolesPath(clientId), signal })
  return eachOf(answer.json()).flatMap((role) => parseAssignment(role) ?? [])
}

/**
 * Gives those roles to a client that it does not have yet. Only a Super Admin may assign.
 *
 * @throws {ApiError} `role_insufficient`
 */
export async function assignRoles(
  org: Org,
  clientId: string,
  roles: readonly RoleChoice[],
  signal?: AbortSignal,
): Promise<RoleAssignment[]> {
  const earlier = await listRoles(org, clientId, signal)
  const assigned: RoleAssignment[] = []
  for (const role of roles) {
    const known = earlier.find((assignment) => isRole(assignment, role))
    assigned.push(known ?? (await assignRole(org, clientId, role, signal)))
  }
  return assigned
}

/**
 * Gives one role that the client did not have when the list was read last. A custom role comes by a binding of its
 * resource set.
 *
 * @see Okta, "Role assignment"; "Role resource set bindings"
 */
export async function assignRole(
  org: Org,
  clientId: string,
  role: RoleChoice,
  signal?: AbortSignal,
): Promise<RoleAssignment> {
  if (role.type === 'CUSTOM') {
    await bindRole(org, clientId, role, signal)
    return requireRole(org, clientId, role, signal)
  }
  try {
    const body = { type: role.type }
    const answer = await org.request({ method: 'POST', path: rolesPath(clientId), body, signal })
    const assignment = parseAssignment(requireMembers(answer.json(), 'the new role'))
    if (assignment !== undefined) return assignment
  } catch (error) {
    // Somebody else gave it since the list was read.
    if (!(error instanceof ApiError) || error.okta.status !== 409) throw error
  }
  return requireRole(org, clientId, role, signal)
}

/** Takes a role from a client. */
export async function withdrawRole(
  org: Org,
  clientId: string,
  assignmentId: string,
  signal?: AbortSignal,
): Promise<void> {
  await removeObject(org, `${rolesPath(clientId)}/${encodeURIComponent(assignmentId)}`, signal)
}

/** Whether an assignment gives this role. */
export function isRole(assignment: RoleAssignment, role: RoleChoice): boolean {
  if (role.type !== 'CUSTOM') return assignment.type === role.type
  return assignment.roleId === role.roleId && assignment.resourceSetId === role.resourceSetId
}

/** @throws {ServiceAppError} `app_role_absent` */
async function requireRole(
  org: Org,
  clientId: string,
  role: RoleChoice,
  signal: AbortSignal | undefined,
): Promise<RoleAssignment> {
  const assignments = await listRoles(org, clientId, signal)
  const found = assignments.find((assignment) => isRole(assignment, role))
  if (found !== undefined) return found
  throw new ServiceAppError(
    'app_role_absent',
    `The org does not show the role ${nameOfRole(role)}.`,
    {
      remedy:
        "Look at the app's Admin roles tab, and run again in a minute: Okta may be late to show it.",
      details: { clientId, role: nameOfRole(role) },
    },
  )
}

/** Adds the client to the binding of the role over the resource set, which is made where there is none. */
async function bindRole(
  org: Org,
  clientId: string,
  role: RoleChoice & { readonly type: 'CUSTOM' },
  signal: AbortSignal | undefined,
): Promise<void> {
  const set = `/api/v1/iam/resource-sets/${encodeURIComponent(role.resourceSetId)}/bindings`
  const binding = `${set}/${encodeURIComponent(role.roleId)}`
  const member = `${org.url}${clientPath(clientId)}`
  const isBound = (await unlessRefused(org.request({ path: binding, signal }))) !== undefined
  if (isBound) {
    const body = { additions: [member] }
    await org.request({ method: 'PATCH', path: `${binding}/members`, body, signal })
    return
  }
  const body = { role: role.roleId, members: [member] }
  try {
    await org.request({ method: 'POST', path: set, body, signal })
  } catch (error) {
    // The documentation shows users and groups as members of a binding; where a client is refused, it has the older way.
    if (!(error instanceof ApiError) || error.okta.status !== 400) throw error
    const direct = { type: 'CUSTOM', role: role.roleId, 'resource-set': role.resourceSetId }
    await org.request({ method: 'POST', path: rolesPath(clientId), body: direct, signal })
  }
}

function parseAssignment(role: Members): RoleAssignment | undefined {
  const assignmentId = textOf(role, 'id')
  const type = textOf(role, 'type')
  if (assignmentId === undefined || type === undefined) return undefined
  return {
    assignmentId,
    type,
    label: textOf(role, 'label'),
    roleId: textOf(role, 'role'),
    resourceSetId: textOf(role, 'resource-set'),
  }
}

function clientPath(clientId: string): string {
  return `/oauth2/v1/clients/${encodeURIComponent(clientId)}`
}

function rolesPath(clientId: string): string {
  return `${clientPath(clientId)}/roles`
}
