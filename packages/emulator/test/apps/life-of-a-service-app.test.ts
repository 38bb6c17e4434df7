import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testKey } from '../service-app.ts'
import { type AdminOrg, openOrg, serviceApp } from './admin-org.ts'
import { ServiceClient } from './service-client.ts'

let acme: AdminOrg

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const first = testKey('first', 'ES256')
const second = testKey('second', 'ES256')
const scopes = ['okta.users.read', 'okta.logs.read']
const scope = scopes.join(' ')

/** A call of the Super Admin that must succeed with a status. */
async function admin(status: number, method: string, path: string, body?: unknown) {
  const answer = await acme.call(method, path, body)
  expect([method, path, answer.status, answer.body]).toEqual([method, path, status, answer.body])
  return answer.body
}

/** Grants the scopes one by one; the ids of the grants. */
async function grantScopes(appId: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (const scopeId of scopes) {
    const issuer = acme.running.url
    const grant = await admin(200, 'POST', `/api/v1/apps/${appId}/grants`, { scopeId, issuer })
    expect(grant).toMatchObject({ scopeId, issuer, status: 'ACTIVE', source: 'ADMIN' })
    ids.push(grant.id)
  }
  return ids
}

/** The events of an app or client since an instant, oldest first. */
async function eventTypes(since: Date): Promise<readonly string[]> {
  const events = await admin(200, 'GET', `/api/v1/logs?since=${since.toISOString()}&limit=1000`)
  return events.map(({ eventType }: { eventType: string }) => eventType)
}

const refusal = (description: string) => ({
  status: 401,
  json: { error: 'invalid_client', error_description: description },
})

describe('a service app made through the Apps API', () => {
  test('lives by API alone: made, keyed, granted, given a role, used, its key rotated, and undone', async () => {
    const since = acme.clock.now()
    const body = serviceApp([], { dpop_bound_access_tokens: true })
    const app = await admin(200, 'POST', '/api/v1/apps?activate=true', body)
    const path = `/api/v1/apps/${app.id}`
    const rolesPath = `/oauth2/v1/clients/${app.id}/roles`
    expect(app.credentials.oauthClient.client_id).toBe(app.id)
    const client = new ServiceClient(acme.running, { clientId: app.id, key: first, dpop: true })

    // Each step is missed in its own words until it is done.
    expect(await client.requestToken(scope)).toMatchObject(
      refusal(
        'The client does not have a JWKSet configured, but the client_assertion requires one.',
      ),
    )
    const firstKey = await admin(201, 'POST', `${path}/credentials/jwks`, first.publicJwk)
    expect(await client.requestToken(scope)).toMatchObject({
      status: 400,
      json: { error: 'use_dpop_nonce' },
    })
    expect(await client.requestToken(scope)).toMatchObject({
      status: 400,
      json: { error: 'consent_required' },
    })
    const grantIds = await grantScopes(app.id)
    expect(await client.requestToken(scope)).toMatchObject({
      status: 200,
      json: { token_type: 'DPoP', expires_in: 3600, scope },
    })
    expect(await client.call('GET', '/api/v1/users?limit=1')).toMatchObject({
      status: 200,
      json: [],
    })
    expect(await client.call('GET', `/api/v1/users/${acme.running.org.id}`)).toMatchObject({
      status: 403,
      json: { errorCode: 'E0000006' },
    })
    const role = await admin(201, 'POST', rolesPath, { type: 'READ_ONLY_ADMIN' })
    expect((await client.call('GET', '/api/v1/users?limit=1')).json).toHaveLength(1)

    // Key rotation without a gap: both keys work until the old one is deactivated, which ends no token.
    const secondKey = await admin(201, 'POST', `${path}/credentials/jwks`, second.publicJwk)
    expect(await client.requestToken(scope)).toMatchObject({ status: 200 })
    client.key = second
    expect(await client.requestToken(scope)).toMatchObject({ status: 200 })
    const firstPath = `${path}/credentials/jwks/${firstKey.id}`
    await admin(200, 'POST', `${firstPath}/lifecycle/deactivate`)
    expect((await client.call('GET', '/api/v1/users?limit=1')).json).toHaveLength(1)
    client.key = first
    const kidInvalid = refusal('The client_assertion JWT kid is invalid.')
    expect(await client.requestToken(scope)).toMatchObject(kidInvalid)
    await admin(200, 'POST', `${firstPath}/lifecycle/activate`)
    expect(await client.requestToken(scope)).toMatchObject({ status: 200 })
    await admin(200, 'POST', `${firstPath}/lifecycle/deactivate`)
    await admin(204, 'DELETE', firstPath)
    client.key = second
    expect(await client.requestToken(scope)).toMatchObject({ status: 200 })
    const keys = await admin(200, 'GET', `${path}/credentials/jwks`)
    expect(keys.map(({ id }: { id: string }) => id)).toEqual([secondKey.id])

    // Undone in the order in which it was done, backwards.
    await admin(204, 'DELETE', `${rolesPath}/${role.id}`)
    expect(await client.call('GET', '/api/v1/users?limit=1')).toMatchObject({
      status: 200,
      json: [],
    })
    for (const id of grantIds) await admin(204, 'DELETE', `${path}/grants/${id}`)
    expect(await admin(200, 'GET', `${path}/grants`)).toEqual([])
    // A token keeps the scopes it was given; the next one has none to get.
    expect(await client.call('GET', '/api/v1/users?limit=1')).toMatchObject({ status: 200 })
    expect(await client.requestToken(scope)).toMatchObject({
      status: 400,
      json: { error: 'consent_required' },
    })
    await admin(403, 'DELETE', path)
    await admin(200, 'POST', `${path}/lifecycle/deactivate`)
    expect(await client.requestToken(scope)).toMatchObject(
      refusal(
        'Client authentication failed. Either the client or the client credentials are invalid.',
      ),
    )
    await admin(204, 'DELETE', path)
    expect(await client.requestToken(scope)).toMatchObject(
      refusal('The issuer claim for client_assertion is not a valid client_id.'),
    )
    await admin(404, 'GET', path)

    const types = await eventTypes(since)
    const changes = types.filter((type) => !type.includes('token.grant'))
    expect(changes).toEqual([
      'application.lifecycle.create',
      'app.oauth2.client.lifecycle.create',
      'app.oauth2.credentials.lifecycle.create',
      ...scopes.map(() => 'app.oauth2.admin.consent.grant'),
      'app.oauth2.client.privilege.grant',
      'app.oauth2.credentials.lifecycle.create',
      'app.oauth2.credentials.lifecycle.deactivate',
      'app.oauth2.credentials.lifecycle.activate',
      'app.oauth2.credentials.lifecycle.deactivate',
      'app.oauth2.credentials.lifecycle.delete',
      'app.oauth2.client.privilege.revoke',
      ...scopes.map(() => 'app.oauth2.admin.consent.revoke'),
      'application.lifecycle.deactivate',
      'app.oauth2.client.lifecycle.deactivate',
      'application.lifecycle.delete',
      'app.oauth2.client.lifecycle.delete',
    ])
  })

  test('rotates its own key while it is a Super Admin with okta.apps.manage, and not before', async () => {
    const app = await admin(200, 'POST', '/api/v1/apps', serviceApp([first.publicJwk]))
    const keysPath = `/api/v1/apps/${app.id}/credentials/jwks`
    const client = new ServiceClient(acme.running, { clientId: app.id, key: first })
    const manage = { scopeId: 'okta.apps.manage', issuer: acme.running.url }
    await admin(200, 'POST', `/api/v1/apps/${app.id}/grants`, manage)
    const rolesPath = `/oauth2/v1/clients/${app.id}/roles`
    await admin(201, 'POST', rolesPath, { type: 'APP_ADMIN' })
    expect(await client.requestToken('okta.apps.manage')).toMatchObject({ status: 200 })
    expect(await client.call('POST', keysPath, second.publicJwk)).toMatchObject({
      status: 403,
      json: { errorCode: 'E0000006' },
    })
    await admin(201, 'POST', rolesPath, { type: 'SUPER_ADMIN' })
    expect((await client.call('POST', keysPath, second.publicJwk)).status).toBe(201)
    client.key = second
    expect(await client.requestToken('okta.apps.manage')).toMatchObject({ status: 200 })
    const [firstKey] = await admin(200, 'GET', keysPath)
    const firstPath = `${keysPath}/${firstKey.id}`
    expect((await client.call('POST', `${firstPath}/lifecycle/deactivate`)).status).toBe(200)
    expect((await client.call('DELETE', firstPath)).status).toBe(204)
    expect(await client.requestToken('okta.apps.manage')).toMatchObject({ status: 200 })
  })
})

describe('a service app made by dynamic registration', () => {
  test('lives by API alone too; its DPoP and its keys are set where apps are', async () => {
    const registration = {
      client_name: 'Postern',
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      token_endpoint_auth_method: 'private_key_jwt',
    }
    const withFirst = { ...registration, jwks: { keys: [first.publicJwk] } }
    const registered = await admin(201, 'POST', '/oauth2/v1/clients', withFirst)
    const clientId: string = registered.client_id
    const path = `/oauth2/v1/clients/${clientId}`
    expect(registered).not.toHaveProperty('client_secret')
    const app = await admin(200, 'GET', `/api/v1/apps/${clientId}`)
    expect(app.settings.oauthClient).toMatchObject({
      consent_method: 'REQUIRED',
      dpop_bound_access_tokens: false,
    })
    const { oauthClient } = app.settings
    const bound = { ...oauthClient, dpop_bound_access_tokens: true }
    await admin(200, 'PUT', `/api/v1/apps/${clientId}`, {
      ...app,
      settings: { ...app.settings, oauthClient: bound },
    })
    const client = new ServiceClient(acme.running, { clientId, key: first, dpop: true })
    await grantScopes(clientId)
    const role = await admin(201, 'POST', `${path}/roles`, { type: 'READ_ONLY_ADMIN' })
    expect(await client.requestToken(scope)).toMatchObject({ json: { error: 'use_dpop_nonce' } })
    expect(await client.requestToken(scope)).toMatchObject({ json: { token_type: 'DPoP', scope } })
    expect((await client.call('GET', '/api/v1/users?limit=1')).json).toHaveLength(1)

    // The whole client again, first with both keys, then with the new one alone.
    const both = { ...registration, jwks: { keys: [first.publicJwk, second.publicJwk] } }
    await admin(200, 'PUT', path, { ...both, client_id: clientId })
    expect(await client.requestToken(scope)).toMatchObject({ status: 200 })
    client.key = second
    const withSecond = { ...registration, jwks: { keys: [second.publicJwk] } }
    const replaced = await admin(200, 'PUT', path, { ...withSecond, client_id: clientId })
    expect(replaced.jwks.keys.map(({ kid }: { kid: string }) => kid)).toEqual(['second'])
    expect(await client.requestToken(scope)).toMatchObject({ json: { token_type: 'DPoP', scope } })
    client.key = first
    expect(await client.requestToken(scope)).toMatchObject({ status: 401 })

    await admin(204, 'DELETE', `${path}/roles/${role.id}`)
    expect(await client.call('GET', '/api/v1/users?limit=1')).toMatchObject({
      status: 200,
      json: [],
    })
    await admin(204, 'DELETE', path)
    await admin(404, 'GET', path)
    await admin(404, 'GET', `/api/v1/apps/${clientId}`)
    expect(await client.call('GET', '/api/v1/users?limit=1')).toMatchObject({
      status: 401,
      text: '',
    })
  })
})
