import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Assumptions } from '../../src/index.ts'
import { testKey } from '../service-app.ts'
import {
  type AdminOrg,
  bookmark,
  create,
  openOrg,
  serviceApp,
  tokenOf,
  traceFrom,
} from './admin-org.ts'

let acme: AdminOrg
let appId: string
let grants: string

beforeAll(async () => {
  acme = await openOrg()
})

beforeEach(async () => {
  appId = await create(acme, serviceApp([testKey('key-1', 'ES256').publicJwk]))
  grants = `/api/v1/apps/${appId}/grants`
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const scope = (scopeId = 'okta.users.read') => ({ scopeId, issuer: acme.running.url })

async function assuming(changed: Partial<Assumptions>, act: () => Promise<void>): Promise<void> {
  const { org } = acme.running
  const before = org.assumptions
  org.assumptions = { ...before, ...changed }
  await act()
  org.assumptions = before
}

describe('a scope grant', () => {
  test('is made, listed, read and revoked', async () => {
    const seq = acme.running.org.ledger.size
    const made = await acme.call('POST', grants, scope())
    expect(made.status).toBe(200)
    expect(Object.keys(made.body)).toEqual([
      ...['id', 'status', 'created', 'createdBy', 'lastUpdated', 'issuer', 'clientId', 'scopeId'],
      ...['source', '_embedded', '_links'],
    ])
    const { _embedded, ...listed } = made.body
    expect(_embedded).toEqual({ scope: { id: 'okta.users.read' } })
    expect((await acme.call('GET', grants)).body).toEqual([listed])
    expect((await acme.call('GET', `${grants}?expand=scope`)).body).toEqual([made.body])
    expect((await acme.call('GET', `${grants}/${listed.id}`)).body).toEqual(listed)
    expect((await acme.call('DELETE', `${grants}/${listed.id}`)).status).toBe(204)
    expect((await acme.call('GET', grants)).body).toEqual([])
    expect((await acme.call('DELETE', `${grants}/${listed.id}`)).status).toBe(404)
    expect(traceFrom(acme, seq)).toEqual([
      ...['created grant', 'app.oauth2.admin.consent.grant'],
      ...['deleted grant', 'app.oauth2.admin.consent.revoke'],
    ])
  })

  test('given twice is the existing one, or refused by assumption', async () => {
    const first = await acme.call('POST', grants, scope())
    expect((await acme.call('POST', grants, scope())).body).toEqual(first.body)
    await assuming({ duplicateGrant: '400' }, async () => {
      expect((await acme.call('POST', grants, scope())).status).toBe(400)
    })
  })

  test('is answered with 201 by assumption', async () => {
    await assuming({ grantStatus: '201' }, async () => {
      expect((await acme.call('POST', grants, scope())).status).toBe(201)
    })
  })

  test.each([
    ['a scope that does not exist', () => scope('okta.users.fly')],
    ['a scope of OpenID', () => scope('openid')],
    ['another issuer', () => ({ ...scope(), issuer: `${acme.running.url}/oauth2/default` })],
    ['no issuer', () => ({ scopeId: 'okta.users.read' })],
    ['no scope', () => ({ issuer: acme.running.url })],
  ])('%s is refused with E0000001', async (_title, body) => {
    const answer = await acme.call('POST', grants, body())
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
  })

  test('is given and taken by Super Admins alone', async () => {
    const { body } = await acme.call('POST', grants, scope())
    for (const role of ['ORG_ADMIN', 'APP_ADMIN', 'READ_ONLY_ADMIN'] as const) {
      const token = tokenOf(acme, role)
      expect((await acme.call('POST', grants, scope('okta.apps.read'), token)).status).toBe(403)
      expect((await acme.call('DELETE', `${grants}/${body.id}`, undefined, token)).status).toBe(403)
    }
    expect(
      (await acme.call('GET', grants, undefined, tokenOf(acme, 'READ_ONLY_ADMIN'))).status,
    ).toBe(200)
  })

  test('a bookmark has none', async () => {
    const id = await create(acme, bookmark())
    expect((await acme.call('POST', `/api/v1/apps/${id}/grants`, scope())).status).toBe(404)
  })

  test('makes a client Super Admin while the org setting is on', async () => {
    const setting = '/api/v1/org/settings/clientPrivilegesSetting'
    expect((await acme.call('GET', setting)).body).toEqual({ clientPrivilegesSetting: false })
    await acme.call('POST', grants, scope())
    expect(acme.running.org.apps.get(appId)?.oauth?.roles).toEqual([])
    expect((await acme.call('PUT', setting, { clientPrivilegesSetting: true })).status).toBe(200)
    await acme.call('POST', grants, scope('okta.groups.read'))
    expect(acme.running.org.apps.get(appId)?.oauth?.roles).toMatchObject([{ type: 'SUPER_ADMIN' }])
    const orgAdmin = tokenOf(acme, 'ORG_ADMIN')
    const off = { clientPrivilegesSetting: false }
    expect((await acme.call('PUT', setting, off, orgAdmin)).status).toBe(403)
    expect((await acme.call('PUT', setting, off)).body).toEqual(off)
  })
})
