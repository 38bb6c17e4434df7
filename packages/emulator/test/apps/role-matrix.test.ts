import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StandardRole } from '../../src/state/role.ts'
import { roleLabels } from '../../src/state/role.ts'
import { addServiceApp, testKey } from '../service-app.ts'
import {
  type AdminOrg,
  addUser,
  bookmark,
  create,
  openOrg,
  serviceApp,
  tokenOf,
} from './admin-org.ts'

let acme: AdminOrg
const ids: Record<string, string> = {}

beforeAll(async () => {
  acme = await openOrg()
  ids['app'] = await create(acme, bookmark())
  ids['client'] = await create(acme, serviceApp([testKey('key-1', 'ES256').publicJwk]))
  ids['user'] = addUser(acme).id
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const everyRole = Object.keys(roleLabels) as StandardRole[]

/**
 * Who may do what; Super Admins may do everything. Writes are sent with a body that nobody could want, so that whoever
 * may write gets 400, and nothing is made.
 */
const endpoints: readonly (readonly [string, readonly StandardRole[]])[] = [
  [
    'GET /api/v1/apps/{app}',
    ['ORG_ADMIN', 'APP_ADMIN', 'API_ACCESS_MANAGEMENT_ADMIN', 'READ_ONLY_ADMIN', 'REPORT_ADMIN'],
  ],
  ['POST /api/v1/apps', ['APP_ADMIN']],
  ['PUT /api/v1/apps/{app}', ['APP_ADMIN']],
  ['POST /api/v1/apps/{app}/users', ['APP_ADMIN']],
  ['POST /api/v1/apps/{client}/credentials/jwks', ['APP_ADMIN']],
  ['GET /api/v1/apps/{client}/credentials/secrets', ['APP_ADMIN']],
  ['GET /api/v1/apps/{client}/grants', ['ORG_ADMIN', 'READ_ONLY_ADMIN']],
  ['POST /api/v1/apps/{client}/grants', []],
  [
    'GET /oauth2/v1/clients/{client}',
    ['ORG_ADMIN', 'APP_ADMIN', 'API_ACCESS_MANAGEMENT_ADMIN', 'READ_ONLY_ADMIN'],
  ],
  ['POST /oauth2/v1/clients', ['APP_ADMIN', 'API_ACCESS_MANAGEMENT_ADMIN']],
  ['GET /oauth2/v1/clients/{client}/roles', []],
  ['POST /oauth2/v1/clients/{client}/roles', []],
  ['GET /api/v1/users/{user}/roles', []],
  ['POST /api/v1/users/{user}/roles', []],
  ['GET /api/v1/iam/roles', []],
  ['POST /api/v1/iam/resource-sets', []],
  ['GET /api/v1/iam/assignees/users', []],
  ['PUT /api/v1/org/settings/clientPrivilegesSetting', []],
]

describe.each(endpoints)('%s', (endpoint, allowed) => {
  test(`is for ${['SUPER_ADMIN', ...allowed].join(', ')} and for nobody else`, async () => {
    const [method = '', template = ''] = endpoint.split(' ')
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '')
    const found: string[] = []
    for (const role of everyRole) {
      const body = method === 'GET' ? undefined : '{"type":7,"label":7}'
      const answer = await acme.call(method, path, body, tokenOf(acme, role))
      if (answer.status === 403) expect(answer.body.errorCode).toBe('E0000006')
      else found.push(role)
      expect([200, 400, 403]).toContain(answer.status)
    }
    expect(found.toSorted()).toEqual(['SUPER_ADMIN', ...allowed].toSorted())
  })
})

describe('a service app', () => {
  test('needs the scope and the role, for itself as for others', async () => {
    const { org, url } = acme.running
    const reader = addServiceApp(org, {
      scopes: ['okta.apps.manage', 'okta.roles.read'],
      roles: ['READ_ONLY_ADMIN'],
      key: testKey('reader', 'ES256'),
    })
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'okta.apps.manage okta.roles.read',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: reader.sign(),
    })
    const token = await fetch(`${url}/oauth2/v1/token`, { method: 'POST', body: form })
    const { access_token } = (await token.json()) as { access_token: string }
    const call = (method: string, path: string, body?: unknown) =>
      acme.call(method, path, body, `Bearer ${access_token}`)
    const own = `/api/v1/apps/${reader.app.id}`
    expect((await call('GET', own)).status).toBe(200)
    const refused = await call('POST', `${own}/credentials/jwks`, testKey('new', 'ES256').publicJwk)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000006'])
    const unscoped = await call('GET', `${own}/grants`)
    expect([unscoped.status, unscoped.body]).toEqual([403, undefined])
    expect(unscoped.headers.get('www-authenticate')).toContain('okta.appGrants.read')
    expect((await call('GET', `/oauth2/v1/clients/${reader.clientId}/roles`)).status).toBe(403)
    await acme.call('POST', `/oauth2/v1/clients/${reader.clientId}/roles`, { type: 'SUPER_ADMIN' })
    const added = await call('POST', `${own}/credentials/jwks`, testKey('new', 'ES256').publicJwk)
    expect(added.status).toBe(201)
  })
})
