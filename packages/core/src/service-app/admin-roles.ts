/** @module Okta's standard admin roles: their types in the API and their names in the Admin Console. Data only. */

/**
 * The standard roles that a service app can have.
 *
 * @see Okta, "Role assignment" - the types; "Standard administrator roles and permissions" - the names
 */
export const adminRoles = {
  SUPER_ADMIN: 'Super Administrator',
  ORG_ADMIN: 'Organization Administrator',
  APP_ADMIN: 'Application Administrator',
  USER_ADMIN: 'Group Administrator',
  GROUP_MEMBERSHIP_ADMIN: 'Group Membership Administrator',
  HELP_DESK_ADMIN: 'Help Desk Administrator',
  READ_ONLY_ADMIN: 'Read-Only Administrator',
  REPORT_ADMIN: 'Report Administrator',
  API_ACCESS_MANAGEMENT_ADMIN: 'API Access Management Administrator',
  ACCESS_CERTIFICATIONS_ADMIN: 'Access Certifications Administrator',
  ACCESS_REQUESTS_ADMIN: 'Access Requests Administrator',
  WORKFLOWS_ADMIN: 'Workflows Administrator',
} as const satisfies Readonly<Record<string, string>>

/** A role's type in the API. */
export type AdminRole = keyof typeof adminRoles

/** A role to give to an app: one of Okta's, or one of the org's own over a resource set, both by id. */
export type RoleChoice =
  | { readonly type: AdminRole }
  | { readonly type: 'CUSTOM'; readonly roleId: string; readonly resourceSetId: string }

/** Whether a text is the type of a standard role. */
export function isAdminRole(type: string): type is AdminRole {
  return Object.hasOwn(adminRoles, type)
}

/** One name for a choice: its type, or `CUSTOM:{role}:{resource set}`. */
export function nameOfRole(role: RoleChoice): string {
  return role.type === 'CUSTOM' ? `CUSTOM:${role.roleId}:${role.resourceSetId}` : role.type
}

/** A choice as people read it: `Read-Only Administrator`. */
export function labelOfRole(role: RoleChoice): string {
  return role.type === 'CUSTOM'
    ? `custom role ${role.roleId} over resource set ${role.resourceSetId}`
    : adminRoles[role.type]
}
