import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testKey } from '../service-app.ts'
import {
  type AdminOrg,
  bookmark,
  causeOf,
  create,
  openOrg,
  serviceApp,
  tokenOf,
  traceFrom,
} from './admin-org.ts'

let acme: AdminOrg
const { publicJwk } = testKey('key-1', 'ES256')
const rsa = testKey('key-rsa').publicJwk

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

describe('creating an app', () => {
  test('answers 200 with the app, its client id being its own id', async () => {
    const { status, body } = await acme.call('POST', '/api/v1/apps', serviceApp([publicJwk]))
    expect(status).toBe(200)
    expect(body.credentials.oauthClient).toEqual({
      autoKeyRotation: true,
      client_id: body.id,
      token_endpoint_auth_method: 'private_key_jwt',
      pkce_required: false,
    })
    expect(body.orn).toBe(`orn:okta:idp:${acme.running.org.id}:apps:oidc_client:${body.id}`)
    expect(body.status).toBe('ACTIVE')
  })

  test('is followed by links to policies and lists that are there', async () => {
    const bodies = [serviceApp([publicJwk]), bookmark('Linked')]
    for (const body of bodies) {
      const { _links } = (await acme.call('POST', '/api/v1/apps', body)).body
      for (const name of ['self', 'accessPolicy', 'profileEnrollment', 'users', 'groups']) {
        const href = _links[name]?.href
        if (href !== undefined) expect(await acme.call('GET', href)).toMatchObject({ status: 200 })
      }
      const { body: policy } = await acme.call('GET', _links.accessPolicy.href)
      expect(policy).toMatchObject({ type: 'ACCESS_POLICY', id: expect.stringMatching(/^rst/) })
      const { body: enrollment } = await acme.call('GET', _links.profileEnrollment.href)
      expect(enrollment.type).toBe('PROFILE_ENROLLMENT')
    }
  })

  test('echoes keys with an id, a status and null for what was left out', async () => {
    const { use, alg, ...bareEc } = publicJwk
    const { crv, ...bare } = bareEc
    const { use: rsaUse, alg: rsaAlg, ...bareRsa } = rsa
    const body = serviceApp([bare, bareRsa])
    const answer = await acme.call('POST', '/api/v1/apps', body)
    const [ec, second] = answer.body.settings.oauthClient.jwks.keys
    expect(Object.keys(ec)).toEqual(['kty', 'id', 'status', 'kid', 'use', 'x', 'y', 'crv'])
    expect(ec).toMatchObject({ status: 'ACTIVE', use: null, crv: null, kid: 'key-1' })
    expect(ec.id).toMatch(/^pks/)
    expect(Object.keys(second)).toEqual(['kty', 'id', 'status', 'kid', 'use', 'e', 'n'])
  })

  test('never echoes a private member', async () => {
    const { privateJwk } = testKey('key-private', 'ES256')
    const { body } = await acme.call('POST', '/api/v1/apps', serviceApp([privateJwk]))
    expect(JSON.stringify(body)).not.toContain(privateJwk['d'])
  })

  test('?activate=false leaves it inactive, with links to activate and to delete', async () => {
    const { body } = await acme.call('POST', '/api/v1/apps?activate=false', bookmark())
    expect(body.status).toBe('INACTIVE')
    expect(Object.keys(body._links)).toEqual(expect.arrayContaining(['activate', 'delete']))
    expect(body._links.deactivate).toBeUndefined()
  })

  test('the default method is a secret, which is shown then and only then', async () => {
    const body = serviceApp([], {}, { token_endpoint_auth_method: null })
    const { body: app } = await acme.call('POST', '/api/v1/apps', body)
    const { oauthClient } = app.credentials
    expect(oauthClient.token_endpoint_auth_method).toBe('client_secret_basic')
    expect(oauthClient.client_secret.length).toBeGreaterThan(20)
    expect(app._links.clientCredentials[0].name).toBe('secrets')
  })

  test('a chosen client id is kept, and belongs to one app', async () => {
    const body = serviceApp([publicJwk], {}, { client_id: 'my_client-1' })
    const first = await acme.call('POST', '/api/v1/apps', body)
    expect(first.body.credentials.oauthClient.client_id).toBe('my_client-1')
    const second = await acme.call('POST', '/api/v1/apps', body)
    expect(second.status).toBe(400)
  })

  test.each(['short', 'ALL_CLIENTS', 'a'.repeat(101), 'with space'])(
    'the client id %j is refused',
    async (client_id) => {
      const answer = await acme.call('POST', '/api/v1/apps', serviceApp([], {}, { client_id }))
      expect(answer.status).toBe(400)
      expect(answer.body.errorCode).toBe('E0000001')
    },
  )

  test.each(['saasure', 'template_saml_2_0', ''])('the kind %j is refused', async (name) => {
    const answer = await acme.call('POST', '/api/v1/apps', { ...bookmark(), name })
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
  })

  test('a key of less than 2,048 bits, or without n, is refused in the recorded words', async () => {
    const text = "RSA key length in the 'jwks' is less than '2,048' bits for the given key."
    const short = Buffer.alloc(255, 0xff).toString('base64url')
    const exact = Buffer.alloc(256, 0x7f).toString('base64url')
    for (const n of [short, exact, undefined, '', '***']) {
      const answer = await acme.call('POST', '/api/v1/apps', serviceApp([{ ...rsa, n }]))
      expect(answer.body.errorSummary).toBe('Api validation failed: JsonWebKey')
      expect(causeOf(answer)).toBe(text)
    }
  })

  test('several keys need kids that differ', async () => {
    const { kid, ...without } = publicJwk
    for (const keys of [
      [publicJwk, publicJwk],
      [publicJwk, without],
      [without, without],
    ]) {
      const answer = await acme.call('POST', '/api/v1/apps', serviceApp(keys))
      expect(causeOf(answer)).toBe("All keys in the 'jwks' must have a unique `kid`.")
    }
    expect((await acme.call('POST', '/api/v1/apps', serviceApp([without]))).status).toBe(200)
  })

  test('at most 50 keys', async () => {
    const keys = Array.from({ length: 51 }, (_, index) => ({ ...publicJwk, kid: `k${index}` }))
    expect((await acme.call('POST', '/api/v1/apps', serviceApp(keys))).status).toBe(400)
    expect((await acme.call('POST', '/api/v1/apps', serviceApp(keys.slice(1)))).status).toBe(200)
  })

  test('a jwks_uri is HTTPS, or http on loopback, and stands where the keys would', async () => {
    const { body } = await acme.call(
      'POST',
      '/api/v1/apps',
      serviceApp([], { jwks_uri: 'https://keys.example.com/jwks' }),
    )
    expect(body.settings.oauthClient.jwks_uri).toBe('https://keys.example.com/jwks')
    expect(body.settings.oauthClient.jwks).toBeUndefined()
    for (const [jwks_uri, status] of [
      ['http://127.0.0.1:9/jwks', 200],
      ['http://keys.example.com/jwks', 400],
      ['nonsense', 400],
    ] as const) {
      const answer = await acme.call('POST', '/api/v1/apps', serviceApp([], { jwks_uri }))
      expect(answer.status).toBe(status)
    }
  })

  test('an app for network zones alone refuses callers from loopback', async () => {
    const network = { connection: 'ZONE', include: ['nzo1'] }
    const { body } = await acme.call('POST', '/api/v1/apps', serviceApp([publicJwk], { network }))
    expect(body.settings.oauthClient.network).toEqual(network)
    expect(acme.running.org.apps.get(body.id)?.oauth?.networkAllowed).toBe(false)
  })

  test('leaves an app, a client and each key in the ledger and the System Log', async () => {
    const seq = acme.running.org.ledger.size
    await create(acme, serviceApp([publicJwk]))
    expect(traceFrom(acme, seq)).toEqual([
      'created app',
      'application.lifecycle.create',
      'app.oauth2.client.lifecycle.create',
      'app.oauth2.credentials.lifecycle.create',
    ])
  })
})

describe('replacing an app', () => {
  test('sets DPoP and keeps the id of a key that stays', async () => {
    const { body } = await acme.call('POST', '/api/v1/apps', serviceApp([publicJwk]))
    expect(body.settings.oauthClient.dpop_bound_access_tokens).toBe(false)
    body.settings.oauthClient.dpop_bound_access_tokens = true
    acme.clock.advance(5_000)
    const put = await acme.call('PUT', `/api/v1/apps/${body.id}`, body)
    expect(put.status).toBe(200)
    expect(put.body.settings.oauthClient.dpop_bound_access_tokens).toBe(true)
    expect(put.body.settings.oauthClient.jwks).toEqual(body.settings.oauthClient.jwks)
    expect(put.body.created).toBe(body.created)
    expect(put.body.lastUpdated > body.lastUpdated).toBe(true)
  })

  test('a jwks_uri deletes the stored keys, and a body without keys too', async () => {
    for (const client of [{ jwks_uri: 'https://keys.example.com/jwks' }, {}]) {
      const id = await create(acme, serviceApp([publicJwk]))
      await acme.call('PUT', `/api/v1/apps/${id}`, serviceApp([], client))
      expect(acme.running.org.apps.get(id)?.oauth?.keys).toEqual([])
    }
  })

  test('private_key_jwt deletes the secrets', async () => {
    const secret = { token_endpoint_auth_method: 'client_secret_post' }
    const id = await create(acme, serviceApp([], {}, secret))
    expect(acme.running.org.apps.get(id)?.oauth?.secrets).toHaveLength(1)
    await acme.call('PUT', `/api/v1/apps/${id}`, serviceApp([publicJwk]))
    expect(acme.running.org.apps.get(id)?.oauth?.secrets).toEqual([])
  })

  test('neither the kind nor the client id changes', async () => {
    const id = await create(acme, serviceApp([publicJwk]))
    const other = serviceApp([publicJwk], {}, { client_id: 'another_one' })
    expect((await acme.call('PUT', `/api/v1/apps/${id}`, other)).status).toBe(400)
    expect((await acme.call('PUT', `/api/v1/apps/${id}`, bookmark())).status).toBe(400)
  })

  test('keys of an app with scopes are changed by Super Admins alone; its name by App Admins too', async () => {
    const appAdmin = tokenOf(acme, 'APP_ADMIN')
    const id = await create(acme, serviceApp([publicJwk]))
    const path = `/api/v1/apps/${id}`
    expect((await acme.call('PUT', path, serviceApp([rsa]), appAdmin)).status).toBe(200)
    const grant = { scopeId: 'okta.users.read', issuer: acme.running.url }
    await acme.call('POST', `${path}/grants`, grant)
    const refused = await acme.call('PUT', path, serviceApp([publicJwk]), appAdmin)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000006'])
    const renamed = { ...serviceApp([rsa]), label: 'Renamed' }
    expect((await acme.call('PUT', path, renamed, appAdmin)).body.label).toBe('Renamed')
    expect((await acme.call('PUT', path, serviceApp([publicJwk]))).status).toBe(200)
  })
})

describe('the life of an app', () => {
  test('an active one is not deleted, an inactive one is, and then it is not found', async () => {
    const id = await create(acme, bookmark())
    const path = `/api/v1/apps/${id}`
    const refused = await acme.call('DELETE', path)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000056'])
    expect(causeOf(refused)).toBe('The application must be deactivated before deletion.')
    for (let time = 0; time < 2; time++) {
      const off = await acme.call('POST', `${path}/lifecycle/deactivate`)
      expect([off.status, off.body]).toEqual([200, {}])
    }
    expect((await acme.call('POST', `${path}/lifecycle/activate`)).body).toEqual({})
    await acme.call('POST', `${path}/lifecycle/deactivate`)
    const gone = await acme.call('DELETE', path)
    expect([gone.status, gone.body]).toEqual([204, undefined])
    const { status, body } = await acme.call('GET', path)
    expect(status).toBe(404)
    expect(body.errorSummary).toBe(`Not found: Resource not found: ${id} (AppInstance)`)
  })

  test('a repeated deactivation leaves no second event', async () => {
    const id = await create(acme, bookmark())
    const seq = acme.running.org.ledger.size
    await acme.call('POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
    await acme.call('POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
    expect(traceFrom(acme, seq)).toEqual(['updated app', 'application.lifecycle.deactivate'])
  })

  test("Okta's own apps are neither deactivated nor deleted", async () => {
    const own = [...acme.running.org.apps].filter(({ name }) => name === 'saasure')
    expect(own).toHaveLength(1)
    const path = `/api/v1/apps/${own[0]?.id}`
    expect((await acme.call('DELETE', path)).status).toBe(403)
    expect((await acme.call('POST', `${path}/lifecycle/deactivate`)).status).toBe(403)
    expect((await acme.call('PUT', path, bookmark())).status).toBe(403)
  })
})
