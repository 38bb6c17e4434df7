/** @module The scopes of Okta's management APIs, and the sets that common jobs need. */

// What there is a scope for managing and one for reading of.
const RESOURCES = [
  'agentPools',
  'apiTokens',
  'appGrants',
  'apps.interclientTrust',
  'apps',
  'authenticators',
  'authorizationServers',
  'behaviors',
  'botProtection',
  'brands',
  'captchas',
  'clients',
  'customTelephonyProvider',
  'deviceAssurance',
  'deviceIntegrations',
  'devicePostureChecks',
  'devices',
  'directories.groups',
  'domains',
  'dr',
  'emailDomains',
  'emailServers',
  'eventHooks',
  'features',
  'groups',
  'identitySources',
  'idps',
  'inlineHooks',
  'linkedObjects',
  'logStreams',
  'networkZones',
  'oauthIntegrations',
  'orgs',
  'personal.adminSettings',
  'policies',
  'principalRateLimits',
  'profileMappings',
  'pushProviders',
  'rateLimits',
  'realmAssignments',
  'realms',
  'roles',
  'schemas',
  'securityEventsProviders',
  'serviceAccounts',
  'serviceAccounts.okta',
  'sessions',
  'templates',
  'threatInsights',
  'trustedOrigins',
  'uischemas',
  'userRisk',
  'userTypes',
  'users',
]

// The rest.
const OTHERS = [
  'clients.register',
  'logs.read',
  'support.cases.manage',
  'users.credentials.manageTemporaryAccessCode',
  'users.userprofile.manage',
]

/**
 * Every `okta.*` scope a service app can be granted, in order of name.
 *
 * @see okta/okta-management-openapi-spec, 2026.06.3, `dist/current` - the names
 * @see Okta, "OAuth 2.0 scopes" - `okta.clients.*`, which the specification leaves out
 */
export const oktaScopes: readonly string[] = [
  ...RESOURCES.flatMap((name) => [`${name}.manage`, `${name}.read`]),
  ...OTHERS,
]
  .map((name) => `okta.${name}`)
  .sort()

/** A set of scopes with the admin roles its calls need: a scope without a role gives empty answers. */
export interface ScopeBundle {
  readonly scopes: readonly string[]
  /** Okta's names for standard admin roles; USER_ADMIN is the Group Administrator. */
  readonly roles: readonly string[]
}

/** Named bundles, for whoever would rather say what the connection is for. */
export const scopeBundles = {
  'access-management': {
    scopes: [
      'okta.apps.manage',
      'okta.apps.read',
      'okta.groups.manage',
      'okta.groups.read',
      'okta.users.manage',
      'okta.users.read',
    ],
    roles: ['APP_ADMIN', 'USER_ADMIN'],
  },
  'read-only': {
    scopes: ['okta.apps.read', 'okta.groups.read', 'okta.logs.read', 'okta.users.read'],
    roles: ['READ_ONLY_ADMIN'],
  },
  // Okta documents that a Read-Only Administrator reads the log; of the Report Administrator, the narrower role, it does
  // not say so for the API.
  'system-log': { scopes: ['okta.logs.read'], roles: ['READ_ONLY_ADMIN'] },
} as const satisfies Readonly<Record<string, ScopeBundle>>
