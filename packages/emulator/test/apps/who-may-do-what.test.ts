import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OauthClient } from '../../src/state/app.ts'
import { roleLabels, type StandardRole } from '../../src/state/role.ts'
import type { Reply } from '../authorization/scenario.ts'
import { addServiceApp, type TestServiceApp, testKey } from '../service-app.ts'
import { type AdminOrg, openOrg, serviceApp, tokenOf } from './admin-org.ts'
import { ServiceClient } from './service-client.ts'

let acme: AdminOrg

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const key = testKey('caller', 'ES256')
const other = testKey('other', 'ES256')

/** A step on the way to a service app that works, the scope it takes, and the roles; Super Admins may do everything. */
interface Step {
  readonly what: string
  readonly scope: string
  readonly roles: readonly StandardRole[]
  /** Whether the app that is worked on has scopes already. */
  readonly granted?: boolean
  /** What else is special about that app. */
  readonly client?: Partial<OauthClient>
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: (target: TestServiceApp) => string
  readonly body?: (target: TestServiceApp) => unknown
  readonly status: number
}

const app = ({ app: { id } }: TestServiceApp) => `/api/v1/apps/${id}`
const client = ({ clientId }: TestServiceApp) => `/oauth2/v1/clients/${clientId}`
const keyPath = (target: TestServiceApp) =>
  `${app(target)}/credentials/jwks/${target.app.oauth?.keys[0]?.id}`
const registration = {
  client_name: 'Postern',
  application_type: 'service',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [key.publicJwk] },
}
const otherKeys = { ...registration, jwks: { keys: [other.publicJwk] } }

const steps: readonly Step[] = [
  {
    what: 'creates an app',
    scope: 'okta.apps.manage',
    roles: ['APP_ADMIN'],
    method: 'POST',
    path: () => '/api/v1/apps',
    body: () => serviceApp([key.publicJwk]),
    status: 200,
  },
  {
    what: 'renames an app that has scopes, its keys as they were',
    scope: 'okta.apps.manage',
    roles: ['APP_ADMIN'],
    granted: true,
    method: 'PUT',
    path: app,
    body: () => ({ ...serviceApp([key.publicJwk]), label: 'Renamed' }),
    status: 200,
  },
  {
    what: 'adds a key before any scope is granted',
    scope: 'okta.apps.manage',
    roles: ['APP_ADMIN'],
    method: 'POST',
    path: (target) => `${app(target)}/credentials/jwks`,
    body: () => other.publicJwk,
    status: 201,
  },
  {
    what: 'adds a key after a scope was granted',
    scope: 'okta.apps.manage',
    roles: [],
    granted: true,
    method: 'POST',
    path: (target) => `${app(target)}/credentials/jwks`,
    body: () => other.publicJwk,
    status: 201,
  },
  {
    what: 'replaces the keys with the whole app after a scope was granted',
    scope: 'okta.apps.manage',
    roles: [],
    granted: true,
    method: 'PUT',
    path: app,
    body: () => serviceApp([other.publicJwk]),
    status: 200,
  },
  {
    what: 'names a jwks_uri after a scope was granted',
    scope: 'okta.apps.manage',
    roles: [],
    granted: true,
    method: 'PUT',
    path: app,
    body: () => serviceApp([], { jwks_uri: 'https://keys.example.com/jwks' }),
    status: 200,
  },
  ...[
    { from: { keys: [], jwksUri: 'https://keys.example.com/old' }, what: 'another jwks_uri' },
    { from: { keys: [] }, what: 'the first jwks_uri' },
  ].flatMap(({ from, what }): readonly Step[] => {
    const shared = { roles: [], granted: true, client: from, method: 'PUT', status: 200 } as const
    const jwks_uri = 'https://keys.example.com/new'
    return [
      {
        ...shared,
        what: `names ${what} after a scope was granted`,
        scope: 'okta.apps.manage',
        path: app,
        body: () => serviceApp([], { jwks_uri }),
      },
      {
        ...shared,
        what: `registers ${what} after a scope was granted`,
        scope: 'okta.clients.manage',
        path: client,
        body: () => ({ ...registration, jwks: undefined, jwks_uri }),
      },
    ]
  }),
  {
    what: 'activates a key after a scope was granted',
    scope: 'okta.apps.manage',
    roles: [],
    granted: true,
    method: 'POST',
    path: (target) => `${keyPath(target)}/lifecycle/activate`,
    status: 200,
  },
  {
    what: 'reads the keys',
    scope: 'okta.apps.read',
    roles: [
      'ORG_ADMIN',
      'APP_ADMIN',
      'API_ACCESS_MANAGEMENT_ADMIN',
      'READ_ONLY_ADMIN',
      'REPORT_ADMIN',
    ],
    granted: true,
    method: 'GET',
    path: (target) => `${app(target)}/credentials/jwks`,
    status: 200,
  },
  {
    what: 'registers a client',
    scope: 'okta.clients.register',
    roles: ['APP_ADMIN', 'API_ACCESS_MANAGEMENT_ADMIN'],
    method: 'POST',
    path: () => '/oauth2/v1/clients',
    body: () => registration,
    status: 201,
  },
  {
    what: 'reads a client',
    scope: 'okta.clients.read',
    roles: ['ORG_ADMIN', 'APP_ADMIN', 'API_ACCESS_MANAGEMENT_ADMIN', 'READ_ONLY_ADMIN'],
    method: 'GET',
    path: client,
    status: 200,
  },
  {
    what: 'replaces a client and its keys before any scope is granted',
    scope: 'okta.clients.manage',
    roles: ['APP_ADMIN', 'API_ACCESS_MANAGEMENT_ADMIN'],
    method: 'PUT',
    path: client,
    body: () => otherKeys,
    status: 200,
  },
  {
    what: 'replaces a client and its keys after a scope was granted',
    scope: 'okta.clients.manage',
    roles: [],
    granted: true,
    method: 'PUT',
    path: client,
    body: () => otherKeys,
    status: 200,
  },
  {
    what: 'deletes a client',
    scope: 'okta.clients.manage',
    roles: ['APP_ADMIN', 'API_ACCESS_MANAGEMENT_ADMIN'],
    method: 'DELETE',
    path: client,
    status: 204,
  },
  {
    what: 'grants a scope',
    scope: 'okta.appGrants.manage',
    roles: [],
    method: 'POST',
    path: (target) => `${app(target)}/grants`,
    body: () => ({ scopeId: 'okta.logs.read', issuer: acme.running.url }),
    status: 200,
  },
  {
    what: 'revokes a scope',
    scope: 'okta.appGrants.manage',
    roles: [],
    granted: true,
    method: 'DELETE',
    path: (target) => `${app(target)}/grants/${target.app.oauth?.grants[0]?.id}`,
    status: 204,
  },
  {
    what: 'reads the granted scopes',
    scope: 'okta.appGrants.read',
    roles: ['ORG_ADMIN', 'READ_ONLY_ADMIN'],
    granted: true,
    method: 'GET',
    path: (target) => `${app(target)}/grants`,
    status: 200,
  },
  {
    what: 'gives a client a role',
    scope: 'okta.roles.manage',
    roles: [],
    method: 'POST',
    path: (target) => `${client(target)}/roles`,
    body: () => ({ type: 'READ_ONLY_ADMIN' }),
    status: 201,
  },
  {
    what: 'reads the roles of a client',
    scope: 'okta.roles.read',
    roles: [],
    method: 'GET',
    path: (target) => `${client(target)}/roles`,
    status: 200,
  },
  {
    what: 'leaves alone that clients become Super Admins with their first scope',
    scope: 'okta.orgs.manage',
    roles: [],
    method: 'PUT',
    path: () => '/api/v1/org/settings/clientPrivilegesSetting',
    body: () => ({ clientPrivilegesSetting: false }),
    status: 200,
  },
]

const everyScope = [...new Set(steps.map(({ scope }) => scope))]
const everyRole = Object.keys(roleLabels) as StandardRole[]

/** An app to work on, new for each call, so that no call changes what another one meets. */
function makeTarget({ granted = false, client = {} }: Step): TestServiceApp {
  const scopes = granted ? ['okta.users.read'] : []
  return addServiceApp(acme.running.org, { key, scopes, client })
}

/** A service app with every scope of the table granted, and one role or none. */
function makeCaller(role: StandardRole | undefined): ServiceClient {
  const roles = role === undefined ? [] : [role]
  const { clientId } = addServiceApp(acme.running.org, { key, scopes: everyScope, roles })
  return new ServiceClient(acme.running, { clientId, key })
}

const take = (caller: ServiceClient, step: Step): Promise<Reply> => {
  const target = makeTarget(step)
  return caller.call(step.method, step.path(target), step.body?.(target))
}

describe.each(steps.map((step) => [step.what, step] as const))(
  'an administrator who %s',
  (_what, step) => {
    const allowed: readonly StandardRole[] = ['SUPER_ADMIN', ...step.roles]
    const manage = step.scope.replace(/\.read$/, '.manage')
    const others = everyScope.filter((scope) => scope !== step.scope && scope !== manage)

    test.each([undefined, ...everyRole])(
      'as a service app with the scope and the role %s',
      async (role) => {
        const caller = makeCaller(role)
        expect(await caller.requestToken(step.scope)).toMatchObject({ status: 200 })
        const reply = await take(caller, step)
        if (role !== undefined && allowed.includes(role)) {
          expect([reply.status, reply.text]).toEqual([step.status, reply.text])
        } else {
          expect(reply).toMatchObject({ status: 403, json: { errorCode: 'E0000006' } })
          expect(reply.headers['www-authenticate']).toBeUndefined()
        }
      },
    )

    test.each([undefined, 'SUPER_ADMIN'] as const)(
      'as a service app with every other scope and the role %s hears of the scope',
      async (role) => {
        const caller = makeCaller(role)
        expect(await caller.requestToken(others.join(' '))).toMatchObject({ status: 200 })
        const reply = await take(caller, step)
        expect([reply.status, reply.text]).toEqual([403, ''])
        expect(reply.headers['www-authenticate']).toContain(
          `scope="${step.scope}", error="insufficient_scope"`,
        )
      },
    )

    test.each([undefined, ...everyRole])('with an API token and the role %s', async (role) => {
      const target = makeTarget(step)
      const authorization = tokenOf(acme, role)
      const { method, path, body } = step
      const reply = await acme.call(method, path(target), body?.(target), authorization)
      const isAllowed = role !== undefined && allowed.includes(role)
      expect([reply.status, reply.body]).toEqual([isAllowed ? step.status : 403, reply.body])
    })
  },
)

test('in an org that takes no access token for grants, a service app hears E0000005', async () => {
  const { org } = acme.running
  const before = org.assumptions
  org.assumptions = { ...before, grantsWithAccessToken: 'E0000005' }
  const caller = makeCaller('SUPER_ADMIN')
  await caller.requestToken('okta.appGrants.manage')
  const target = addServiceApp(org, { key, scopes: [] })
  const grant = { scopeId: 'okta.logs.read', issuer: org.url }
  const reply = await caller.call('POST', `${app(target)}/grants`, grant)
  org.assumptions = before
  expect(reply).toMatchObject({
    status: 403,
    json: { errorCode: 'E0000005', errorSummary: 'Invalid session' },
  })
})
