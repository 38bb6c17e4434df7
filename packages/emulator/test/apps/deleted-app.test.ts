import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testKey } from '../service-app.ts'
import { type AdminOrg, create, openOrg, serviceApp } from './admin-org.ts'
import { ServiceClient } from './service-client.ts'

let acme: AdminOrg
const key = testKey('one', 'ES256')
const clientId = 'chosen-client-id'

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const make = async () => {
  const appId = await create(acme, serviceApp([key.publicJwk], {}, { client_id: clientId }))
  const grant = { scopeId: 'okta.users.read', issuer: acme.running.url }
  await acme.call('POST', `/api/v1/apps/${appId}/grants`, grant)
  await acme.call('POST', `/oauth2/v1/clients/${clientId}/roles`, { type: 'READ_ONLY_ADMIN' })
  return appId
}

const ways = {
  'the Apps API': async (appId: string) => {
    await acme.call('POST', `/api/v1/apps/${appId}/lifecycle/deactivate`)
    return acme.call('DELETE', `/api/v1/apps/${appId}`)
  },
  'dynamic registration': () => acme.call('DELETE', `/oauth2/v1/clients/${clientId}`),
}

describe.each(Object.entries(ways))('an app that was deleted through %s', (_way, remove) => {
  let appId: string
  let client: ServiceClient

  beforeEach(async () => {
    appId = await make()
    client = new ServiceClient(acme.running, { clientId, key })
    expect(await client.requestToken('okta.users.read')).toMatchObject({ status: 200 })
    expect((await client.call('GET', '/api/v1/users?limit=1')).json).toHaveLength(1)
    expect((await remove(appId)).status).toBe(204)
  })

  test('takes its tokens, grants, keys and roles with it', async () => {
    const refused = await client.call('GET', '/api/v1/users?limit=1')
    expect(refused).toMatchObject({ status: 401, text: '' })
    expect(refused.headers['www-authenticate']).toContain(
      'error="invalid_token", error_description="The access token is invalid."',
    )
    const notFound = { status: 404, body: { errorCode: 'E0000007' } }
    const path = `/api/v1/apps/${appId}`
    for (const below of ['', '/grants', '/credentials/jwks', '/users', '/groups']) {
      expect(await acme.call('GET', path + below)).toMatchObject(notFound)
    }
    expect(await acme.call('GET', `/oauth2/v1/clients/${clientId}/roles`)).toMatchObject(notFound)
    expect(await client.requestToken('okta.users.read')).toMatchObject({ status: 401 })
  })

  test('leaves nothing to the next app with its client id, not even in the same second', async () => {
    const again = await create(acme, serviceApp([key.publicJwk], {}, { client_id: clientId }))
    expect((await acme.call('GET', `/api/v1/apps/${again}/grants`)).body).toEqual([])
    expect((await acme.call('GET', `/oauth2/v1/clients/${clientId}/roles`)).body).toEqual([])
    expect(await client.call('GET', '/api/v1/users?limit=1')).toMatchObject({ status: 401 })
    expect(await client.requestToken('okta.users.read')).toMatchObject({
      status: 400,
      json: { error: 'consent_required' },
    })
    await acme.call('DELETE', `/oauth2/v1/clients/${clientId}`)
  })
})
