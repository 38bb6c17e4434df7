import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { addServiceApp, testKey } from '../service-app.ts'
import { makeProof, type Scenario, startWithApp, tokenForm, tokenProof } from './scenario.ts'

const nowSeconds = ({ org }: Scenario) => Math.floor(org.time.nowMs() / 1_000)

describe('an assertion', () => {
  test('that was answered with the nonce challenge is spent', async () => {
    const { scenario, service } = await startWithApp({ dpopRequired: true })
    const assertion = service.sign()
    const first = await scenario.post(tokenForm(assertion), {
      dpop: makeProof(scenario, 'POST', '/oauth2/v1/token'),
    })
    expect(first).toMatchObject({ status: 400, json: { error: 'use_dpop_nonce' } })
    const second = await scenario.post(tokenForm(assertion), { dpop: tokenProof(scenario) })
    expect(second.json['error_description']).toBe(
      'The client_assertion token has already been used.',
    )
    const third = await scenario.post(tokenForm(service.sign()), { dpop: tokenProof(scenario) })
    expect(third.status).toBe(200)
  })

  test('that did not prove its client is not spent', async () => {
    const { post, service, clock } = await startWithApp()
    const assertion = service.sign({ iat: undefined, exp: undefined })
    expect((await post(tokenForm(assertion))).status).toBe(401)
    const early = service.sign()
    clock.advance(-2_000)
    expect((await post(tokenForm(early))).json['error_description']).toMatch(/issued before/)
    clock.advance(2_000)
    expect((await post(tokenForm(early))).status).toBe(200)
  })

  test('without a jti is good until it expires', async () => {
    const { scenario, post, service, clock } = await startWithApp()
    const assertion = service.sign({ jti: undefined, exp: nowSeconds(scenario) + 3_600 })
    expect((await post(tokenForm(assertion))).status).toBe(200)
    clock.advance(3_599_999)
    expect((await post(tokenForm(assertion))).status).toBe(200)
    clock.advance(1)
    expect((await post(tokenForm(assertion))).json['error_description']).toMatch(/is expired/)
  })

  test('may have the jti of another client', async () => {
    const { org, post, service } = await startWithApp()
    const other = addServiceApp(org)
    expect((await post(tokenForm(service.sign({ jti: 'one' })))).status).toBe(200)
    expect((await post(tokenForm(other.sign({ jti: 'one' })))).status).toBe(200)
    expect((await post(tokenForm(other.sign({ jti: 'one' })))).status).toBe(401)
  })

  test('may be a second ahead where that leniency is assumed', async () => {
    const { scenario, org, post, service } = await startWithApp()
    const ahead = { iat: nowSeconds(scenario) + 1, exp: nowSeconds(scenario) + 3_601 }
    expect((await post(tokenForm(service.sign(ahead)))).status).toBe(401)
    org.assumptions = { ...org.assumptions, clockLeniencySeconds: 1 }
    expect((await post(tokenForm(service.sign(ahead)))).status).toBe(200)
  })

  test('may name its audience in a list, and the client id beside it', async () => {
    const { post, service, url } = await startWithApp()
    const aud = ['other', `${url}/oauth2/v1/token`]
    const form = { ...tokenForm(service.sign({ aud })), client_id: service.clientId }
    expect((await post(form)).status).toBe(200)
  })

  test.each(['RS384', 'RS512', 'ES256', 'ES384', 'ES512'])('may be signed with %s', async (alg) => {
    const { post, service } = await startWithApp({ key: testKey('other-alg', alg) })
    expect((await post(tokenForm(service.sign()))).status).toBe(200)
  })

  test('of an algorithm that is not for the registered key is refused as such', async () => {
    const { post, service } = await startWithApp({ key: testKey('p256', 'ES256') })
    for (const alg of ['ES384', 'RS256']) {
      const reply = await post(tokenForm(service.sign({}, { alg })))
      expect(reply.json['error_description']).toMatch(/signature algorithm is invalid/)
    }
  })

  test('of a key without a curve passes where its size is assumed to tell', async () => {
    const { org, post, service } = await startWithApp({ key: testKey('p384', 'ES384') })
    const [registered] = service.app.oauth?.keys ?? []
    if (registered === undefined) throw new Error('There is no key.')
    service.change({ keys: [{ ...registered, jwk: { ...registered.jwk, crv: null } }] })
    expect((await post(tokenForm(service.sign()))).json['error_description']).toBe(
      'The client JWKSet is invalid.',
    )
    org.assumptions = { ...org.assumptions, ecKeyWithoutCurve: 'curve-from-size' }
    expect((await post(tokenForm(service.sign()))).status).toBe(200)
  })

  test('of a client with a secret is made with HMAC, at a custom server', async () => {
    const { org, post, service, url } = await startWithApp()
    const path = '/oauth2/default/v1/token'
    const row = org.authorizationServers.get('default')
    if (row === undefined) throw new Error('There is no default server.')
    const scope = { name: 'reports', isDefault: true, consentRequired: false }
    org.authorizationServers.put({ ...row, scopes: [scope] })
    const times = { createdMs: 0, lastUpdatedMs: 0 }
    const secret = { id: 'ocs1', status: 'ACTIVE', value: 'shared', ...times } as const
    service.change({ authMethod: 'client_secret_jwt', secrets: [secret] })
    const signWith = (value: string) => {
      const [head, claims] = service.sign({ aud: url + path }, { alg: 'HS256' }).split('.')
      const mac = createHmac('sha256', value).update(`${head}.${claims}`).digest('base64url')
      return tokenForm(`${head}.${claims}.${mac}`, 'reports')
    }
    const wrong = await post(signWith('other'), {}, path)
    expect(wrong.json['error_description']).toBe('The client_assertion signature is invalid.')
    expect((await post(signWith('shared'), {}, path)).status).toBe(200)
  })

  test('that was used may be remembered for ever, where that is assumed', async () => {
    const { org, post, service, clock } = await startWithApp()
    org.assumptions = { ...org.assumptions, jtiRetention: 'forever' }
    expect((await post(tokenForm(service.sign({ jti: 'one' })))).status).toBe(200)
    clock.advance(86_400_000)
    expect((await post(tokenForm(service.sign({ jti: 'one' })))).status).toBe(401)
  })
})

describe('the kid of an assertion', () => {
  const twoKeys = (status: 'ACTIVE' | 'INACTIVE') => {
    const times = { createdMs: 0, lastUpdatedMs: 0 }
    return [
      { id: 'pks1', status: 'ACTIVE', jwk: testKey().publicJwk, ...times },
      { id: 'pks2', status, jwk: testKey('second').publicJwk, ...times },
    ] as const
  }
  const refusal = 'The client_assertion JWT kid is invalid.'

  test('may be left out while there is one key', async () => {
    const { post, service } = await startWithApp()
    expect((await post(tokenForm(service.sign({}, { kid: undefined })))).status).toBe(200)
  })

  test('must be there when there are two', async () => {
    const { post, service } = await startWithApp({ client: { keys: twoKeys('ACTIVE') } })
    const reply = await post(tokenForm(service.sign({}, { kid: undefined })))
    expect(reply.json['error_description']).toBe(refusal)
    expect((await post(tokenForm(service.sign()))).status).toBe(200)
  })

  test('must not name an inactive key', async () => {
    const { post, service } = await startWithApp({ client: { keys: twoKeys('INACTIVE') } })
    const reply = await post(tokenForm(service.sign({}, { kid: 'second' })))
    expect(reply.json['error_description']).toBe(refusal)
  })

  test('beside an inactive key is needed, or not where that is assumed', async () => {
    const { org, post, service } = await startWithApp({ client: { keys: twoKeys('INACTIVE') } })
    const reply = await post(tokenForm(service.sign({}, { kid: undefined })))
    expect(reply.json['error_description']).toBe(refusal)
    org.assumptions = { ...org.assumptions, kidAbsentWithInactiveKey: 'optional' }
    expect((await post(tokenForm(service.sign({}, { kid: undefined })))).status).toBe(200)
  })
})

describe('client secrets', () => {
  const times = { createdMs: 0, lastUpdatedMs: 0 }
  const secrets = [{ id: 'ocs1', status: 'ACTIVE', value: 's:p 100%', ...times }] as const
  const form = { grant_type: 'client_credentials', scope: 'okta.users.read' }

  test('give an API service integration its token', async () => {
    const { post, service } = await startWithApp({
      client: { authMethod: 'client_secret_basic', secrets, isIntegration: true },
    })
    const pair = `${service.clientId}:${encodeURIComponent('s:p 100%')}`
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
    expect((await post(form, { authorization })).status).toBe(200)
  })

  test('in the body of an app whose method is Basic are refused', async () => {
    const { post, service } = await startWithApp({
      client: { authMethod: 'client_secret_basic', secrets, isIntegration: true },
    })
    const fields = { client_id: service.clientId, client_secret: 's:p 100%' }
    expect(await post({ ...form, ...fields })).toMatchObject({
      status: 401,
      json: { error_description: expect.stringMatching(/^Client authentication failed/) },
    })
  })
})
