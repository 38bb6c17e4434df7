import { createAuthorizer, generateKey, importKey, parseOrgUrl, TokenSource } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { addServiceApp, testKey } from '../service-app.ts'
import { type Scenario, startScenario } from './scenario.ts'

async function start(alg: string, options: Parameters<typeof addServiceApp>[1] = {}) {
  const scenario = await startScenario()
  const key = testKey('core', alg)
  const service = addServiceApp(scenario.org, { key, ...options })
  return { ...scenario, scenario, service, options: await clientOf(scenario, service) }
}

async function clientOf(scenario: Scenario, service: ReturnType<typeof addServiceApp>) {
  const key = await importKey(JSON.stringify(service.key.privateJwk))
  return {
    org: parseOrgUrl(scenario.url, { dev: true }).org,
    clock: scenario.clock,
    credential: {
      kind: 'service-app',
      clientId: service.clientId,
      key,
      scopes: ['okta.users.read'],
    },
  } as const
}

/** A call as a client of the library makes it: authorised anew for every attempt. */
async function call(authorizer: ReturnType<typeof createAuthorizer>, url: string) {
  const request = { method: 'GET', url }
  for (;;) {
    const used = await authorizer.authorize(request)
    const answer = await fetch(url, { headers: { ...used.headers.reveal() } })
    const { status, headers } = answer
    if (status < 400 || !(await authorizer.shouldRetry(request, used, { status, headers }))) {
      return answer
    }
  }
}

describe.each(['RS256', 'ES256', 'ES384', 'ES512'])('the library with a key for %s', (alg) => {
  test('gets a plain token and calls an API with it', async () => {
    const { options, url } = await start(alg)
    const authorizer = createAuthorizer(options)
    expect((await call(authorizer, `${url}/api/v1/users/me`)).status).toBe(200)
  })

  test('switches to DPoP by itself, fetches a nonce, and proves every call', async () => {
    const { options, url, events } = await start(alg, { dpopRequired: true })
    const authorizer = createAuthorizer(options)
    for (const id of ['me', 'test.user%40example.com', 'a%20b']) {
      const answer = await call(authorizer, `${url}/api/v1/users/${id}?limit=1`)
      expect(await answer.json()).toMatchObject({ scheme: 'DPoP' })
    }
    expect(events.map(({ outcome }) => outcome?.result)).toEqual([
      'FAILURE',
      'CHALLENGE',
      'SUCCESS',
    ])
  })
})

describe('the library', () => {
  test('uses a key that it made itself', async () => {
    const scenario = await startScenario()
    const key = await generateKey({ kid: 'made' })
    const service = addServiceApp(scenario.org)
    const [registered] = service.app.oauth?.keys ?? []
    if (registered === undefined) throw new Error('There is no key.')
    service.change({ keys: [{ ...registered, jwk: { ...key.publicJwk } }] })
    const options = await clientOf(scenario, service)
    const source = new TokenSource({ ...options, credential: { ...options.credential, key } })
    expect(await source.token()).toMatchObject({ type: 'Bearer', expiresInSeconds: 3_600 })
  })

  test.each([-19_800, -1, 400, 19_800])(
    'recovers where the org is %i seconds ahead',
    async (seconds) => {
      const { org, options, url } = await start('RS256', { dpopRequired: true })
      org.time.offsetMs = seconds * 1_000
      const authorizer = createAuthorizer(options)
      expect((await call(authorizer, `${url}/api/v1/users/me`)).status).toBe(200)
    },
  )

  test('gets a new nonce after the org has forgotten its own, and a new token after a revocation', async () => {
    const { org, options, url } = await start('ES256', { dpopRequired: true })
    const authorizer = createAuthorizer(options)
    expect((await call(authorizer, `${url}/api/v1/users/me`)).status).toBe(200)
    org.authorization.forgetNonces()
    org.authorization.revokeAll()
    expect((await call(authorizer, `${url}/api/v1/users/me`)).status).toBe(200)
  })

  test('answers the nonce challenge of an API', async () => {
    const { org, options, url } = await start('RS256', { dpopRequired: true })
    org.authorization.resourceNonceRequired = true
    const authorizer = createAuthorizer(options)
    expect((await call(authorizer, `${url}/api/v1/users/me`)).status).toBe(200)
  })

  test('gets a token from a custom authorization server', async () => {
    const { org, options } = await start('RS256')
    const row = org.authorizationServers.get('default')
    if (row === undefined) throw new Error('There is no default server.')
    const scope = { name: 'reports', isDefault: false, consentRequired: false }
    org.authorizationServers.put({ ...row, scopes: [scope] })
    const credential = {
      ...options.credential,
      scopes: ['reports'],
      authorizationServerId: 'default',
    }
    const source = new TokenSource({ ...options, credential })
    expect([...(await source.token()).scopes]).toEqual(['reports'])
  })
})
