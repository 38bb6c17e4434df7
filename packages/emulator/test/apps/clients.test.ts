import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testKey } from '../service-app.ts'
import { type AdminOrg, openOrg, serviceApp, tokenOf } from './admin-org.ts'

let acme: AdminOrg
const { publicJwk } = testKey('key-1', 'ES256')

const registration = (more: Readonly<Record<string, unknown>> = {}) => ({
  client_name: 'Postern',
  application_type: 'service',
  grant_types: ['client_credentials'],
  response_types: ['token'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [publicJwk] },
  ...more,
})

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

describe('dynamic client registration', () => {
  test('answers 201, and the client is an app too', async () => {
    const { status, body } = await acme.call('POST', '/oauth2/v1/clients', registration())
    expect(status).toBe(201)
    expect(Object.keys(body)).toEqual([
      ...['client_id', 'client_id_issued_at', 'client_name', 'client_uri', 'logo_uri'],
      ...['redirect_uris', 'response_types', 'grant_types', 'token_endpoint_auth_method'],
      ...['application_type', 'jwks'],
    ])
    expect(body.jwks.keys[0].id).toBeUndefined()
    const app = await acme.call('GET', `/api/v1/apps/${body.client_id}`)
    expect(app.body.label).toBe('Postern')
    expect(app.body.settings.oauthClient.consent_method).toBe('REQUIRED')
  })

  test.each([
    ['no name', { client_name: undefined }],
    ['an unknown type', { application_type: 'robot' }],
    ['a small key', { jwks: { keys: [{ kty: 'RSA', e: 'AQAB', n: 'AQAB' }] } }],
    ['a key that is none', { jwks: { keys: [7] } }],
    [
      'a web app without redirects',
      { application_type: 'web', grant_types: ['authorization_code'] },
    ],
    ['a method of no kind', { token_endpoint_auth_method: 'password' }],
  ])('refuses %s as invalid_client_metadata', async (_title, more) => {
    const { status, body } = await acme.call('POST', '/oauth2/v1/clients', registration(more))
    expect(status).toBe(400)
    expect(Object.keys(body)).toEqual(['error', 'error_description'])
    expect(body.error).toBe('invalid_client_metadata')
  })

  test('a client is found by its client id, chosen or not, and replaced as a whole', async () => {
    const chosen = serviceApp([publicJwk], {}, { client_id: 'chosen-id' })
    await acme.call('POST', '/api/v1/apps', chosen)
    const path = '/oauth2/v1/clients/chosen-id'
    expect((await acme.call('GET', path)).body.client_name).toBe('Postern')
    const renamed = registration({ client_name: 'Renamed', client_id: 'chosen-id' })
    expect((await acme.call('PUT', path, renamed)).body.client_name).toBe('Renamed')
    expect((await acme.call('PUT', path, registration({ client_id: 'other-id' }))).status).toBe(400)
    const missing = await acme.call('GET', '/oauth2/v1/clients/nobody')
    expect(missing.body.errorSummary).toBe(
      'Not found: Resource not found: nobody (PublicClientApp)',
    )
  })

  test('a registration knows no DPoP: what it says of it is left out', async () => {
    const told = registration({ dpop_bound_access_tokens: true })
    const { status, body } = await acme.call('POST', '/oauth2/v1/clients', told)
    expect([status, body.dpop_bound_access_tokens]).toEqual([201, undefined])
    expect(acme.running.org.apps.get(body.client_id)?.oauth?.dpopRequired).toBe(false)
  })

  test('replacing a client does not switch DPoP off', async () => {
    const { body } = await acme.call(
      'POST',
      '/api/v1/apps',
      serviceApp([publicJwk], { dpop_bound_access_tokens: true }),
    )
    await acme.call('PUT', `/oauth2/v1/clients/${body.id}`, registration())
    expect(acme.running.org.apps.get(body.id)?.oauth?.dpopRequired).toBe(true)
  })

  test('newSecret replaces the secret, and refuses a client with a key', async () => {
    const method = { token_endpoint_auth_method: 'client_secret_basic', jwks: undefined }
    const { body } = await acme.call('POST', '/oauth2/v1/clients', registration(method))
    const path = `/oauth2/v1/clients/${body.client_id}`
    const renewed = await acme.call('POST', `${path}/lifecycle/newSecret`)
    expect(renewed.status).toBe(200)
    expect(renewed.body.client_secret).not.toBe(body.client_secret)
    expect(renewed.body.client_secret_expires_at).toBe(0)
    expect((await acme.call('GET', path)).body.client_secret).toBe(renewed.body.client_secret)
    const keyed = await acme.call('POST', '/oauth2/v1/clients', registration())
    const refused = `/oauth2/v1/clients/${keyed.body.client_id}/lifecycle/newSecret`
    expect((await acme.call('POST', refused)).status).toBe(400)
  })

  test('the list pages, searches by the beginning of the name, and shows no secret', async () => {
    for (let index = 0; index < 5; index++) {
      const body = registration({
        client_name: `Lister ${index}`,
        token_endpoint_auth_method: 'client_secret_post',
        jwks: undefined,
      })
      await acme.call('POST', '/oauth2/v1/clients', body)
    }
    const first = await acme.call('GET', '/oauth2/v1/clients?q=lister&limit=3')
    expect(first.body.map((client: { client_name: string }) => client.client_name)).toEqual([
      ...['Lister 0', 'Lister 1', 'Lister 2'],
    ])
    expect(first.body[0].client_secret).toBeUndefined()
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect((await acme.call('GET', next)).body).toHaveLength(2)
  })

  test('an active client is deleted at once, with its app', async () => {
    const { body } = await acme.call('POST', '/oauth2/v1/clients', registration())
    expect((await acme.call('DELETE', `/oauth2/v1/clients/${body.client_id}`)).status).toBe(204)
    expect((await acme.call('GET', `/api/v1/apps/${body.client_id}`)).status).toBe(404)
  })

  test('is for App, API Access Management and Super Admins', async () => {
    for (const [role, status] of [
      ['APP_ADMIN', 201],
      ['API_ACCESS_MANAGEMENT_ADMIN', 201],
      ['READ_ONLY_ADMIN', 403],
      ['USER_ADMIN', 403],
    ] as const) {
      const token = tokenOf(acme, role)
      const answer = await acme.call('POST', '/oauth2/v1/clients', registration(), token)
      expect([role, answer.status]).toEqual([role, status])
    }
  })
})
