/** @module An admin role that a user or a service app was given. */

/** The standard roles, with the names that the Admin Console shows. */
export const roleLabels = {
  SUPER_ADMIN: 'Super Administrator',
  ORG_ADMIN: 'Organization Administrator',
  API_ACCESS_MANAGEMENT_ADMIN: 'API Access Management Administrator',
  APP_ADMIN: 'Application Administrator',
  USER_ADMIN: 'Group Administrator',
  HELP_DESK_ADMIN: 'Help Desk Administrator',
  GROUP_MEMBERSHIP_ADMIN: 'Group Membership Administrator',
  READ_ONLY_ADMIN: 'Read-only Administrator',
  REPORT_ADMIN: 'Report Administrator',
  MOBILE_ADMIN: 'Mobile Administrator',
  ACCESS_CERTIFICATIONS_ADMIN: 'Access Certifications Administrator',
  ACCESS_REQUESTS_ADMIN: 'Access Requests Administrator',
  WORKFLOWS_ADMIN: 'Workflows Administrator',
} as const

/** The type of a standard role. */
export type StandardRole = keyof typeof roleLabels

/** A role given to somebody. */
export type RoleAssignment = StandardRoleAssignment | CustomRoleAssignment

interface Assigned {
  readonly id: string
  readonly createdMs: number
  readonly lastUpdatedMs: number
  /** Where there are any, the role covers only these groups and their members. */
  readonly groupTargets: readonly string[]
  /** Where there are any, the role covers only these apps: `{name}` of the catalogue or `{name}/{id}`. */
  readonly appTargets: readonly string[]
}

/** One of Okta's roles given to somebody. */
export interface StandardRoleAssignment extends Assigned {
  readonly type: StandardRole
}

/** One of the org's own roles given to somebody. */
export interface CustomRoleAssignment extends Assigned {
  readonly type: 'CUSTOM'
  readonly custom: CustomAssignment
}

/**
 * A custom role bound to a resource set, with what both said when they were last changed: whoever changes one of them
 * renews the assignments, so that a caller's roles can be judged without a look into the org.
 */
export interface CustomAssignment {
  readonly roleId: string
  readonly resourceSetId: string
  /** In Okta's names: `okta.users.read` … */
  readonly permissions: readonly string[]
  /** Okta Resource Names: `orn:okta:directory:{org}:groups:{id}` … */
  readonly resources: readonly string[]
}

/** A role that the org made itself. */
export interface CustomRole {
  /** `cr0…` */
  readonly id: string
  readonly label: string
  readonly description: string
  readonly createdMs: number
  readonly lastUpdatedMs: number
  readonly permissions: readonly CustomPermission[]
}

/** One permission of a custom role. */
export interface CustomPermission {
  /** `okta.users.read` … */
  readonly label: string
  readonly createdMs: number
}

/** What a custom role may be bound to. */
export interface ResourceSet {
  /** `iam…` */
  readonly id: string
  readonly label: string
  readonly description: string
  readonly createdMs: number
  readonly lastUpdatedMs: number
  readonly resources: readonly SetResource[]
}

/** One resource of a resource set. */
export interface SetResource {
  /** `ire…` */
  readonly id: string
  /** Okta Resource Name. */
  readonly orn: string
  readonly createdMs: number
}
