/** @module What a connection can be for, resource by resource: how to look at each without changing anything. Data only. */

/** One resource of the management API. */
export interface Resource {
  /** As a person says it. */
  readonly name: string
  /** The scopes without `.read` and `.manage`. */
  readonly scope: string
  /** A list, or one object that every org has. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  /** Whether an answer without records can be true: every org has users, groups and apps. */
  readonly mayBeEmpty: boolean
  /**
   * A request that an org refuses with 400 where it may be made, since its body is empty, and with 403 where the role
   * does not allow it. It never creates anything.
   */
  readonly write?: { readonly method: 'POST'; readonly path: string }
  /**
   * A smaller change, for which smaller roles are made: of objects that are not there, so that 404 says that the role
   * allows it.
   */
  readonly lesserWrite?: { readonly method: 'PUT'; readonly path: string; readonly what: string }
  /** The standard roles that allow reading and writing it, the least first. */
  readonly roles: { readonly read: string; readonly write?: string }
}

const READ_ONLY = 'READ_ONLY_ADMIN'

/**
 * The resources that are looked at. A connection's other scopes are judged by its token alone.
 *
 * @see okta/okta-management-openapi-spec, 2026.06.3 - paths and scopes
 * @see Okta, "Standard administrator roles and permissions"
 */
export const resources: readonly Resource[] = [
  {
    name: 'users',
    scope: 'okta.users',
    path: '/api/v1/users',
    query: { limit: 1 },
    mayBeEmpty: false,
    write: { method: 'POST', path: '/api/v1/users' },
    roles: { read: READ_ONLY, write: 'USER_ADMIN' },
  },
  {
    name: 'groups',
    scope: 'okta.groups',
    path: '/api/v1/groups',
    query: { limit: 1 },
    mayBeEmpty: false,
    write: { method: 'POST', path: '/api/v1/groups' },
    lesserWrite: {
      method: 'PUT',
      path: '/api/v1/groups/00g00000000000000000/users/00u00000000000000000',
      what: 'memberships of groups',
    },
    roles: { read: READ_ONLY, write: 'USER_ADMIN' },
  },
  {
    name: 'apps',
    scope: 'okta.apps',
    path: '/api/v1/apps',
    query: { limit: 1 },
    mayBeEmpty: false,
    write: { method: 'POST', path: '/api/v1/apps' },
    roles: { read: READ_ONLY, write: 'APP_ADMIN' },
  },
  {
    name: 'the System Log',
    scope: 'okta.logs',
    path: '/api/v1/logs',
    query: { limit: 1 },
    // Events come late, so an empty log alone shows nothing.
    mayBeEmpty: true,
    roles: { read: READ_ONLY },
  },
  {
    name: 'devices',
    scope: 'okta.devices',
    path: '/api/v1/devices',
    query: { limit: 1 },
    mayBeEmpty: true,
    roles: { read: READ_ONLY },
  },
  {
    name: 'policies',
    scope: 'okta.policies',
    path: '/api/v1/policies',
    query: { type: 'OKTA_SIGN_ON' },
    mayBeEmpty: true,
    roles: { read: READ_ONLY },
  },
  {
    name: 'network zones',
    scope: 'okta.networkZones',
    path: '/api/v1/zones',
    query: { limit: 1 },
    mayBeEmpty: true,
    roles: { read: READ_ONLY },
  },
  {
    name: 'OAuth clients',
    scope: 'okta.clients',
    path: '/oauth2/v1/clients',
    query: { limit: 1 },
    mayBeEmpty: true,
    roles: { read: READ_ONLY, write: 'APP_ADMIN' },
  },
  {
    name: 'user schemas',
    scope: 'okta.schemas',
    path: '/api/v1/meta/schemas/user/default',
    mayBeEmpty: true,
    roles: { read: READ_ONLY },
  },
  {
    name: 'user types',
    scope: 'okta.userTypes',
    path: '/api/v1/meta/types/user',
    mayBeEmpty: true,
    roles: { read: READ_ONLY },
  },
  {
    name: 'admin roles',
    scope: 'okta.roles',
    path: '/api/v1/iam/roles',
    mayBeEmpty: true,
    roles: { read: 'SUPER_ADMIN', write: 'SUPER_ADMIN' },
  },
  {
    name: 'API tokens',
    scope: 'okta.apiTokens',
    path: '/api/v1/api-tokens',
    mayBeEmpty: true,
    roles: { read: 'ORG_ADMIN', write: 'SUPER_ADMIN' },
  },
]

/** Whether any of the scopes is one of this resource. */
export function isWanted(resource: Resource, scopes: readonly string[]): boolean {
  return scopes.some(
    (scope) => scope === `${resource.scope}.read` || isWriteWanted(resource, [scope]),
  )
}

/** Whether one of the scopes changes this resource. */
export function isWriteWanted(resource: Resource, scopes: readonly string[]): boolean {
  return scopes.includes(`${resource.scope}.manage`)
}
