/** @module What an admin role allows: who may read and write what, and where. */

import type { App } from '../state/app.ts'
import { isMember } from '../state/members.ts'
import type { Org } from '../state/org.ts'
import type { CustomAssignment, RoleAssignment, StandardRole } from '../state/role.ts'
import type { User } from '../state/user.ts'
import { customPermissions } from './custom-permissions.ts'
import type { Permission } from './permission.ts'

export type { Permission }

const everyRead = [
  'users.read',
  'groups.read',
  'apps.read',
  'grants.read',
  'clients.read',
  'logs.read',
  'devices.read',
  'policies.read',
  'zones.read',
  'org.read',
] as const satisfies readonly Permission[]

/**
 * The permissions of the standard roles.
 *
 * @see Okta, "Standard administrator roles and permissions" - the table; only Super Admins grant scopes, read and
 *   assign roles
 */
const rolePermissions: Readonly<Record<StandardRole, readonly Permission[] | 'all'>> = {
  SUPER_ADMIN: 'all',
  ORG_ADMIN: [
    ...everyRead,
    'users.write',
    'users.support',
    'groups.write',
    'members.write',
    'org.write',
    'tokens.read',
  ],
  API_ACCESS_MANAGEMENT_ADMIN: ['apps.read', 'clients.read', 'clients.write', 'policies.read'],
  APP_ADMIN: [
    'users.read',
    'groups.read',
    'apps.read',
    'apps.write',
    'apps.assign',
    'clients.read',
    'clients.write',
  ],
  USER_ADMIN: [
    'users.read',
    'users.write',
    'users.support',
    'groups.read',
    'groups.write',
    'members.write',
  ],
  HELP_DESK_ADMIN: ['users.read', 'users.support', 'groups.read'],
  GROUP_MEMBERSHIP_ADMIN: ['users.read', 'groups.read', 'members.write'],
  READ_ONLY_ADMIN: everyRead,
  REPORT_ADMIN: ['logs.read', 'users.read', 'groups.read', 'apps.read'],
  MOBILE_ADMIN: ['devices.read', 'users.read', 'groups.read'],
  ACCESS_CERTIFICATIONS_ADMIN: [],
  ACCESS_REQUESTS_ADMIN: [],
  WORKFLOWS_ADMIN: [],
}

/** How far a permission reaches: everywhere, nowhere, or only the named groups (and their members) and apps. */
export type Reach = 'everything' | 'nothing' | LimitedReach

/** A reach with limits. */
export interface LimitedReach {
  readonly groupIds: ReadonlySet<string>
  /** `{name}` of the catalogue, or `{name}/{id}`. */
  readonly apps: ReadonlySet<string>
}

/** How far the roles of a caller reach for one permission: all of them together. */
export function reachOf(roles: readonly RoleAssignment[], permission: Permission): Reach {
  const reaches = roles.map((role) => reachOfOne(role, permission))
  if (reaches.includes('everything')) return 'everything'
  const limited = reaches.filter((reach) => typeof reach === 'object')
  if (limited.length === 0) return 'nothing'
  return {
    groupIds: new Set(limited.flatMap(({ groupIds }) => [...groupIds])),
    apps: new Set(limited.flatMap(({ apps }) => [...apps])),
  }
}

/** Whether a reach covers a user: through one of the groups that the user is in. */
export function reachesUser(org: Org, reach: Reach, userId: string): boolean {
  if (typeof reach === 'string') return reach === 'everything'
  return [...reach.groupIds].some((id) => isMember(org, id, userId))
}

/** Whether a reach covers a group. */
export function reachesGroup(reach: Reach, groupId: string): boolean {
  return typeof reach === 'string' ? reach === 'everything' : reach.groupIds.has(groupId)
}

/** Whether a reach covers an app: by itself, or with every app of its kind. */
export function reachesApp(reach: Reach, app: Pick<App, 'id' | 'name'>): boolean {
  if (typeof reach === 'string') return reach === 'everything'
  return reach.apps.has(app.name) || reach.apps.has(`${app.name}/${app.id}`)
}

/** The roles of a user: the user's own, and those of the groups that the user is in. */
export function rolesOfUser(org: Org, user: User): readonly RoleAssignment[] {
  const own = user.roles ?? []
  if (org.groupRoles.size === 0) return own
  const inherited = [...org.groupRoles].flatMap(([groupId, roles]) =>
    isMember(org, groupId, user.id) ? roles : [],
  )
  return [...own, ...inherited]
}

/** What the targets and resources of a role can narrow. */
type Domain = 'users' | 'groups' | 'apps' | 'org'

function domainOf(permission: Permission): Domain {
  const [area] = permission.split('.')
  if (area === 'users') return 'users'
  if (area === 'groups' || area === 'members') return 'groups'
  return area === 'apps' || area === 'clients' ? 'apps' : 'org'
}

function reachOfOne(role: RoleAssignment, permission: Permission): Reach {
  const domain = domainOf(permission)
  if (role.type === 'CUSTOM') return reachOfCustom(role.custom, permission, domain)
  const allowed = rolePermissions[role.type]
  if (allowed !== 'all' && !allowed.includes(permission)) return 'nothing'
  const { groupTargets, appTargets } = role
  const narrowed = domain === 'apps' ? appTargets.length > 0 : groupTargets.length > 0
  if (domain === 'org' || !narrowed) return 'everything'
  return { groupIds: new Set(groupTargets), apps: new Set(appTargets) }
}

// A permission that no resource of the set fits gives nothing: users are reached through all users or through the users
// of a group, not through the group itself (Okta, "Role assignment").
function reachOfCustom(custom: CustomAssignment, permission: Permission, domain: Domain): Reach {
  const allowed = custom.permissions.some((label) =>
    customPermissions.get(label)?.includes(permission),
  )
  if (!allowed) return 'nothing'
  if (domain === 'org') return 'everything'
  const groupIds = new Set<string>()
  const apps = new Set<string>()
  for (const orn of custom.resources) {
    const [kind, first, second] = orn.split(':').slice(4)
    if (kind === domain && first === undefined) return 'everything'
    const wholeGroup = kind === 'groups' && domain === 'groups' && second === undefined
    const members = kind === 'groups' && domain === 'users' && second === 'contained_resources'
    if (first !== undefined && (wholeGroup || members)) groupIds.add(first)
    if (first !== undefined && kind === 'apps' && domain === 'apps') {
      apps.add(second === undefined ? first : `${first}/${second}`)
    }
  }
  return groupIds.size + apps.size === 0 ? 'nothing' : { groupIds, apps }
}
