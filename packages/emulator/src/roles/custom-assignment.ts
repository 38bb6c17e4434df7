/** @module Custom roles as they are held: what a role and a resource set say, copied into each assignment. */

import { notFound } from '../http/okta-error.ts'
import type { Org } from '../state/org.ts'
import type { CustomAssignment, CustomRole, ResourceSet, RoleAssignment } from '../state/role.ts'
import { holders } from './role-holder.ts'

/**
 * A custom role bound to a resource set, by the ids or labels of both.
 *
 * @throws {RefusedRequest} `E0000007` where one of them does not exist.
 */
export function customAssignment(org: Org, roleName: string, setName: string): CustomAssignment {
  const role = findByName(org.customRoles, roleName)
  if (role === undefined) throw notFound(roleName, 'CustomRole')
  const set = findByName(org.resourceSets, setName)
  if (set === undefined) throw notFound(setName, 'IAMPolicy')
  return assignmentOf(role, set)
}

/** A role or a set by its id or its label. */
export function findByName<T extends { readonly id: string; readonly label: string }>(
  rows: Iterable<T>,
  name: string,
): T | undefined {
  for (const row of rows) if (row.id === name || row.label === name) return row
  return undefined
}

/** Renews every assignment of a custom role after a role or a set was changed; one whose half is gone goes too. */
export function renewCustomAssignments(org: Org): void {
  for (const holder of [...holders(org)]) {
    if (holder.roles.every(({ type }) => type !== 'CUSTOM')) continue
    holder.put(
      holder.roles.flatMap((assignment): readonly RoleAssignment[] => {
        if (assignment.type !== 'CUSTOM') return [assignment]
        const { custom } = assignment
        const role = org.customRoles.get(custom.roleId)
        const set = org.resourceSets.get(custom.resourceSetId)
        if (role === undefined || set === undefined) return []
        return [{ ...assignment, custom: assignmentOf(role, set) }]
      }),
    )
  }
}

function assignmentOf(role: CustomRole, set: ResourceSet): CustomAssignment {
  return {
    roleId: role.id,
    resourceSetId: set.id,
    permissions: role.permissions.map(({ label }) => label),
    resources: set.resources.map(({ orn }) => orn),
  }
}
