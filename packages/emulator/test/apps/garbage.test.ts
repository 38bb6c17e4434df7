import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allAppRoutes } from '../../src/apps/routes.ts'
import type { ManagementRoute } from '../../src/http/route.ts'
import { isPublic } from '../../src/http/route.ts'
import { allRoleRoutes } from '../../src/roles/routes.ts'
import { testKey } from '../service-app.ts'
import {
  type AdminOrg,
  addGroup,
  addUser,
  bookmark,
  openOrg,
  serviceApp,
  tokenOf,
} from './admin-org.ts'

let acme: AdminOrg

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  await acme.running.close()
})

const routes = [...allAppRoutes, ...allRoleRoutes].filter(
  (route): route is ManagementRoute => !isPublic(route),
)
const writes = routes.filter(({ method }) => method !== 'GET')

const keyword = fc.constantFrom(
  ...['name', 'label', 'id', 'type', 'role', 'resource-set', 'members', 'additions', 'resources'],
  ...['settings', 'credentials', 'oauthClient', 'jwks', 'keys', 'kty', 'n', 'e', 'x', 'y', 'crv'],
  ...['scopeId', 'issuer', 'client_name', 'permissions', 'priority', 'profile', 'status', 'scope'],
  ...[
    'signOnMode',
    'application_type',
    'grant_types',
    'network',
    'visibility',
    'hide',
    '__proto__',
  ],
)
const scalar = fc.oneof(
  fc.constantFrom('oidc_client', 'bookmark', 'CUSTOM', 'APP_ADMIN', 'RSA', 'EC', 'OPENID_CONNECT'),
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keyword, tie('value'), { maxKeys: 8 }),
  ),
}))

/** A good body in which one member somewhere is replaced. */
const nearlyGood = fc
  .tuple(
    fc.constantFrom<unknown>(serviceApp([testKey('key-1', 'ES256').publicJwk]), bookmark()),
    fc.nat(),
    anything,
  )
  .map(([body, place, value]) => {
    let left = place % 40
    return JSON.parse(JSON.stringify(body), (_key, member) => (left-- === 0 ? value : member))
  })

describe('a body of any kind', () => {
  test('is answered and never taken for an error of the org', async () => {
    const { org } = acme.running
    const { body: app } = await acme.call(
      'POST',
      '/api/v1/apps',
      serviceApp([testKey('key-1', 'ES256').publicJwk]),
    )
    const role = { label: 'R', permissions: ['okta.apps.read'] }
    const set = { label: 'S', resources: [`${acme.running.url}/api/v1/apps`] }
    const values: Readonly<Record<string, string>> = {
      id: app.id,
      keyId: app.settings.oauthClient.jwks.keys[0].id,
      groupId: addGroup(acme),
      roleId: (await acme.call('POST', '/api/v1/iam/roles', role)).body.id,
      setId: (await acme.call('POST', '/api/v1/iam/resource-sets', set)).body.id,
    }
    const ofPath = (path: string): Readonly<Record<string, string>> => ({
      ...values,
      ...(path.startsWith('/api/v1/users/') && { id: addUser(acme).id }),
      ...(path.startsWith('/api/v1/groups/') && { id: addGroup(acme) }),
      ...(path.includes('/apps/{id}/users/') && { userId: addUser(acme).id }),
    })
    const body = fc.oneof(
      anything.map((value) => JSON.stringify(value)),
      nearlyGood.map((value) => JSON.stringify(value)),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writes), body, async ({ method, path }, text) => {
        if (method === 'DELETE' && path === '/oauth2/v1/clients/{id}') return
        const known = ofPath(path)
        const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name] ?? 'nothing')
        const { status } = await acme.call(method, url, text)
        expect([method, path, text, status >= 500]).toEqual([method, path, text, false])
        if (org.apps.get(app.id)?.status === 'INACTIVE') {
          await acme.call('POST', `/api/v1/apps/${app.id}/lifecycle/activate`)
        }
      }),
      { numRuns: 700 },
    )
    expect(acme.running.unexpected).toEqual([])
  }, 20_000)

  test('of the query neither', async () => {
    const lists = routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'))
    const query = fc.dictionary(
      fc.constantFrom('limit', 'after', 'q', 'filter', 'expand'),
      fc.oneof(fc.string(), fc.constantFrom('-1', '0', '99999999', 'user/x', 'status eq "A"')),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), query, async ({ path }, parameters) => {
        const { status } = await acme.call('GET', `${path}?${new URLSearchParams(parameters)}`)
        expect(status).toBeLessThan(500)
      }),
      { numRuns: 150 },
    )
    expect(acme.running.unexpected).toEqual([])
  })
})

describe('a caller without any role', () => {
  test.each(writes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s is refused before its body is looked at',
    async (_title, { method, path }) => {
      const url = path.replaceAll(/\{\w+\}/g, 'nothing')
      const answer = await acme.call(method, url, '{', tokenOf(acme, undefined))
      expect([answer.status, answer.body.errorCode]).toEqual([403, 'E0000006'])
    },
  )
})
