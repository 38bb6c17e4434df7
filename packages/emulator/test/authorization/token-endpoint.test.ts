import { describe, expect, test } from 'vitest'
import { addServiceApp } from '../service-app.ts'
import {
  getToken,
  makeProof,
  readJwt,
  type Scenario,
  startWithApp,
  tokenForm,
  tokenProof,
} from './scenario.ts'

const nowSeconds = ({ org }: Scenario) => Math.floor(org.time.nowMs() / 1_000)

describe('a token of the org', () => {
  test('comes in an answer of four members, in order, with headers that forbid to keep it', async () => {
    const { post, service } = await startWithApp()
    const reply = await post(tokenForm(service.sign()))
    expect(reply.status).toBe(200)
    expect(Object.keys(reply.json)).toEqual(['token_type', 'expires_in', 'access_token', 'scope'])
    expect(reply.json).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'okta.users.read',
    })
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-cache, no-store',
      pragma: 'no-cache',
      'x-robots-tag': 'noindex,nofollow',
    })
    expect(reply.headers['dpop-nonce']).toBeUndefined()
  })

  test('is a JWT with the header and the claims of Okta, in its order', async () => {
    const { scenario, service, url } = await startWithApp()
    const [header, claims] = readJwt(await getToken(scenario, service))
    expect(JSON.stringify(header)).toMatch(
      /^\{"kid":"[\w-]{43}","typ":"application\/okta-internal-at\+jwt","alg":"RS256"\}$/,
    )
    const iat = nowSeconds(scenario)
    const sub = service.clientId
    expect(JSON.stringify({ ...claims, jti: 'AT.' })).toBe(
      JSON.stringify({
        ver: 1,
        jti: 'AT.',
        iss: url,
        aud: url,
        sub,
        iat,
        exp: iat + 3_600,
        cid: sub,
        scp: ['okta.users.read'],
      }),
    )
    expect(claims?.['jti']).toMatch(/^AT\.[\w-]{43}$/)
  })

  test('names its key in cnf where it is bound', async () => {
    const { scenario, service } = await startWithApp({ dpopRequired: true })
    const reply = await scenario.post(tokenForm(service.sign()), { dpop: tokenProof(scenario) })
    expect(reply.json['token_type']).toBe('DPoP')
    const [, claims] = readJwt(String(reply.json['access_token']))
    expect(claims?.['cnf']).toEqual({ jkt: expect.stringMatching(/^[\w-]{43}$/) })
  })

  test('has the custom domain as issuer where it was asked for there, and the org as audience', async () => {
    const { org, post, service, url } = await startWithApp()
    org.customDomain = 'login.acme.test'
    const host = `login.acme.test:${new URL(url).port}`
    const refused = await post(tokenForm(service.sign()), { host })
    expect(refused.json['error_description']).toMatch(/^The audience claim/)
    const aud = `http://${host}/oauth2/v1/token`
    const reply = await post(tokenForm(service.sign({ aud })), { host })
    expect(readJwt(String(reply.json['access_token']))[1]).toMatchObject({
      iss: `http://${host}`,
      aud: url,
    })
  })

  test('of a custom server has its issuer, audience and life, and no typ', async () => {
    const { org, post, service, url } = await startWithApp()
    const path = '/oauth2/aus1/v1/token'
    org.authorizationServers.put({
      id: 'aus1',
      name: 'Reports',
      audience: 'api://reports',
      tokenLifeSeconds: 300,
      scopes: [{ name: 'reports', isDefault: true, consentRequired: false }],
      policies: [{ name: 'One', clients: [service.clientId], scopes: 'ALL_SCOPES' }],
    })
    const reply = await post(tokenForm(service.sign({ aud: url + path }), ''), {}, path)
    expect(reply.json).toMatchObject({ expires_in: 300, scope: 'reports' })
    const [header, claims] = readJwt(String(reply.json['access_token']))
    expect(Object.keys(header ?? {})).toEqual(['kid', 'alg'])
    expect(claims).toMatchObject({ iss: `${url}/oauth2/aus1`, aud: 'api://reports' })
    expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(300)
  })

  test('of a server that is not there is 404 E0000007', async () => {
    const { post } = await startWithApp()
    expect(await post({}, {}, '/oauth2/ausNo/v1/token')).toMatchObject({
      status: 404,
      json: {
        errorCode: 'E0000007',
        errorSummary: 'Not found: Resource not found: ausNo (AuthorizationServer)',
      },
    })
  })

  test('may live shorter than it says, where a fault wants it so', async () => {
    const { org, post, service } = await startWithApp()
    org.authorization.tokenLifeSeconds = 30
    org.authorization.toldLifeSeconds = 3_600
    const reply = await post(tokenForm(service.sign()))
    expect(reply.json['expires_in']).toBe(3_600)
    const [, claims] = readJwt(String(reply.json['access_token']))
    expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(30)
  })
})

describe('scopes', () => {
  test('that are not granted are left out without a word; the rest comes in the order asked for, once', async () => {
    const { post, service } = await startWithApp({
      scopes: ['okta.groups.read', 'okta.users.read', 'okta.logs.read'],
    })
    const asked = 'okta.users.read okta.apps.read  okta.groups.read okta.users.read'
    const reply = await post(tokenForm(service.sign(), asked))
    expect(reply.json['scope']).toBe('okta.users.read okta.groups.read')
  })

  test('that do not exist are refused, or dropped where that is assumed', async () => {
    const { org, post, service } = await startWithApp()
    const asked = 'okta.users.read okta.user.read'
    const refused = await post(tokenForm(service.sign(), asked))
    expect(refused.json['error']).toBe('invalid_scope')
    org.assumptions = { ...org.assumptions, unknownScope: 'dropped' }
    const reply = await post(tokenForm(service.sign(), asked))
    expect(reply.json['scope']).toBe('okta.users.read')
  })

  test('of Okta are unknown to a custom server', async () => {
    const { post, service, url } = await startWithApp()
    const path = '/oauth2/default/v1/token'
    const reply = await post(tokenForm(service.sign({ aud: url + path })), {}, path)
    expect(reply.json['error_description']).toMatch(/^One or more scopes are not configured/)
  })
})

describe('a token request', () => {
  test('with a body that is no form is refused with E0000021', async () => {
    const { send } = await startWithApp()
    const reply = await send('/oauth2/v1/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    })
    expect(reply).toMatchObject({ status: 400, json: { errorCode: 'E0000021' } })
  })

  test('for a grant that needs a person redeems nothing', async () => {
    const { post, service } = await startWithApp({
      client: { grantTypes: ['client_credentials', 'authorization_code'] },
    })
    const form = { ...tokenForm(service.sign()), grant_type: 'authorization_code', code: 'x' }
    expect(await post(form)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
  })

  test('with an unknown client id may be refused in the older shape, where that is assumed', async () => {
    const { org, post } = await startWithApp()
    org.assumptions = { ...org.assumptions, unknownClientBody: 'errorCode' }
    const reply = await post({ grant_type: 'client_credentials', client_id: '0oaNo' })
    expect(reply).toMatchObject({
      status: 401,
      json: {
        errorCode: 'invalid_client',
        errorSummary: "Invalid value for 'client_id' parameter.",
        errorLink: 'invalid_client',
        errorCauses: [],
      },
    })
  })

  test('with two credentials is refused with 400, where that is assumed', async () => {
    const { org, post, service } = await startWithApp()
    org.assumptions = { ...org.assumptions, multipleCredentials: '400' }
    const reply = await post(tokenForm(service.sign()), { authorization: 'Basic eDp5' })
    expect(reply).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  })

  test('of a deactivated app may be refused for its client id, where that is assumed', async () => {
    const { org, post, service } = await startWithApp({ status: 'INACTIVE' })
    org.assumptions = { ...org.assumptions, inactiveAppAtToken: 'client-id-invalid' }
    const reply = await post(tokenForm(service.sign()))
    expect(reply.json['error_description']).toBe("Invalid value for 'client_id' parameter.")
  })

  test('counts for the client that it names', async () => {
    const { limits, org, post, service } = await startWithApp()
    const other = addServiceApp(org)
    limits.overrides.set('/oauth2/v1/token', 4)
    const first = await post(tokenForm(service.sign()))
    expect(first.headers).toMatchObject({
      'x-rate-limit-limit': '2',
      'x-rate-limit-remaining': '1',
    })
    await post(tokenForm(service.sign({}, { kid: 'wrong' })))
    const third = await post(tokenForm(service.sign()))
    expect(third).toMatchObject({ status: 429, json: { errorCode: 'E0000047' } })
    expect((await post(tokenForm(other.sign()))).status).toBe(200)
  })

  test('is in the System Log: given, challenged or refused, and why', async () => {
    const { scenario, post, service, events } = await startWithApp()
    await post(tokenForm(service.sign(), 'okta.users.read okta.apps.read'))
    await post(tokenForm(service.sign()), {
      dpop: makeProof(scenario, 'POST', '/oauth2/v1/token'),
    })
    await post(tokenForm(service.sign(), 'okta.apps.read'))
    await post(tokenForm(service.sign({}, { kid: 'wrong' })))
    expect(events.map(({ eventType, outcome }) => [eventType, outcome])).toEqual([
      ['app.oauth2.token.grant.access_token', { result: 'SUCCESS', reason: null }],
      ['app.oauth2.token.grant.access_token', { result: 'CHALLENGE', reason: 'use_dpop_nonce' }],
      [
        'app.oauth2.token.grant.access_token',
        { result: 'FAILURE', reason: 'no_org_scopes_granted' },
      ],
      [
        'app.oauth2.token.grant.access_token',
        { result: 'FAILURE', reason: 'assertion_kid_invalid' },
      ],
    ])
    expect(events[0]?.debugData).toMatchObject({
      clientAuthType: 'private_key_jwt',
      grantedScopes: 'okta.users.read',
      requestedScopes: 'okta.users.read, okta.apps.read',
    })
  })
})
