import { describe, expect, test } from 'vitest'
import { addServiceApp, testKey } from '../service-app.ts'
import {
  getToken,
  makeProof,
  type ProofChoices,
  type Reply,
  startScenario,
  tokenForm,
} from './scenario.ts'

const algs = 'RS256 RS384 RS512 ES256 ES384 ES512'

async function start(options: Parameters<typeof addServiceApp>[1] = {}) {
  const scenario = await startScenario()
  const service = addServiceApp(scenario.org, options)
  const call = (authorization?: string, path = '/api/v1/users/me', dpop?: string) =>
    scenario.send(path, {
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(dpop === undefined ? {} : { dpop }),
      },
    })
  /** A call with a bound token and its proof. */
  const prove = (accessToken: string, choices: ProofChoices = {}, path = '/api/v1/users/me') =>
    call(`DPoP ${accessToken}`, path, makeProof(scenario, 'GET', path, { accessToken, ...choices }))
  return { ...scenario, scenario, service, call, prove }
}

/** The header of a refusal, as Okta prints it. */
function header(
  url: string,
  start: string,
  error: string,
  text: string,
  scope = 'okta.users.read',
  resource = '/api/v1/users/me',
) {
  const { host } = new URL(url)
  return `${start}authorization_uri="http://${host}/oauth2/v1/authorize", realm="http://${host}", scope="${scope}", error="${error}", error_description="${text}", resource="${resource}"`
}

function expectRefusal(reply: Reply, status: number, challenge: string) {
  expect([reply.status, reply.text, reply.headers['www-authenticate']]).toEqual([
    status,
    '',
    challenge,
  ])
}

describe('a plain token', () => {
  test('opens what its scopes cover, with the roles that the app has now', async () => {
    const { scenario, service, call } = await start({ roles: ['READ_ONLY_ADMIN'] })
    const token = await getToken(scenario, service)
    expect((await call(`Bearer ${token}`)).json).toEqual({
      id: 'me',
      scheme: 'Bearer',
      scopes: ['okta.users.read'],
      roles: ['READ_ONLY_ADMIN'],
    })
    service.change({ roles: [], grants: [] })
    expect((await call(`bearer ${token}`)).json).toMatchObject({
      scopes: ['okta.users.read'],
      roles: [],
    })
  })

  test('without the scope gets 403, an empty body and the name of the scope', async () => {
    const { scenario, service, call, url } = await start()
    const reply = await call(`Bearer ${await getToken(scenario, service)}`, '/api/v1/groups/00g1')
    const text = 'The access token provided does not contain the required scopes.'
    const wanted = header(
      url,
      'Bearer ',
      'insufficient_scope',
      text,
      'okta.groups.read',
      '/api/v1/groups/00g1',
    )
    expectRefusal(reply, 403, wanted)
  })

  test('with the .manage scope may read', async () => {
    const { scenario, service, call } = await start({ scopes: ['okta.groups.manage'] })
    const token = await getToken(scenario, service, { scope: 'okta.groups.manage' })
    expect((await call(`Bearer ${token}`, '/api/v1/groups/00g1')).status).toBe(200)
  })

  test('ends after an hour', async () => {
    const { scenario, service, call, clock, url } = await start()
    const token = await getToken(scenario, service)
    clock.advance(3_599_999)
    expect((await call(`Bearer ${token}`)).status).toBe(200)
    clock.advance(1)
    const expired = header(url, 'Bearer ', 'invalid_token', 'The token has expired.')
    expectRefusal(await call(`Bearer ${token}`), 401, expired)
  })

  test('is refused where it is malformed, forged or of another org, each with its reason', async () => {
    const { scenario, service, call, url } = await start()
    const invalid = header(url, 'Bearer ', 'invalid_token', 'The access token is invalid.')
    const token = await getToken(scenario, service)
    expectRefusal(await call('Bearer x'), 401, invalid)
    expectRefusal(await call('Bearer'), 401, invalid)
    const [head = '', claims = '', signature = ''] = token.split('.')
    const first = signature.startsWith('A') ? 'B' : 'A'
    expectRefusal(
      await call(`Bearer ${head}.${claims}.${first}${signature.slice(1)}`),
      401,
      invalid,
    )
    const other = await startScenario()
    const foreign = await getToken(other, addServiceApp(other.org))
    const issuer = 'The access token provided has an invalid issuer.'
    expectRefusal(
      await call(`Bearer ${foreign}`),
      401,
      header(url, 'Bearer ', 'invalid_token', issuer),
    )
  })

  test('of a custom server is not for Okta', async () => {
    const { org, post, service, call, url } = await start()
    const row = org.authorizationServers.get('default')
    if (row === undefined) throw new Error('There is no default server.')
    const scope = { name: 'okta.users.read', isDefault: true, consentRequired: false }
    org.authorizationServers.put({ ...row, scopes: [scope] })
    const path = '/oauth2/default/v1/token'
    const reply = await post(tokenForm(service.sign({ aud: url + path })), {}, path)
    const text = 'The access token provided is not intended for Okta.'
    const refused = await call(`Bearer ${String(reply.json['access_token'])}`)
    expectRefusal(refused, 401, header(url, 'Bearer ', 'invalid_token', text))
  })

  test('ends with its app', async () => {
    const { scenario, org, service, call } = await start()
    const token = await getToken(scenario, service)
    service.change({}, { status: 'INACTIVE' })
    expect((await call(`Bearer ${token}`)).status).toBe(401)
    service.change({}, { status: 'ACTIVE' })
    expect((await call(`Bearer ${token}`)).status).toBe(200)
    org.apps.remove(service.app.id)
    expect((await call(`Bearer ${token}`)).status).toBe(401)
  })

  test('ends when everything is revoked; the next one is good', async () => {
    const { scenario, org, service, call, url } = await start()
    const token = await getToken(scenario, service)
    org.authorization.revokeAll()
    const text = 'The access token has been revoked.'
    expectRefusal(await call(`Bearer ${token}`), 401, header(url, 'Bearer ', 'invalid_token', text))
    expect((await call(`Bearer ${await getToken(scenario, service)}`)).status).toBe(200)
  })

  test('may be refused with E0000011 in the body, where that is assumed', async () => {
    const { org, call } = await start()
    org.assumptions = { ...org.assumptions, refusedTokenBody: 'E0000011' }
    const reply = await call('Bearer x')
    expect(reply).toMatchObject({ status: 401, json: { errorCode: 'E0000011' } })
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/)
  })

  test('of the custom domain is taken at the org URL, unless the other way is assumed', async () => {
    const { org, post, service, call, url } = await start()
    const host = `login.acme.test:${new URL(url).port}`
    org.customDomain = 'login.acme.test'
    const aud = `http://${host}/oauth2/v1/token`
    const reply = await post(tokenForm(service.sign({ aud })), { host })
    const authorization = `Bearer ${String(reply.json['access_token'])}`
    expect((await call(authorization)).status).toBe(200)
    org.assumptions = { ...org.assumptions, tokenOfOtherHost: 'refused' }
    expect((await call(authorization)).headers['www-authenticate']).toMatch(/has an invalid issuer/)
  })

  test('sent with the DPoP scheme is refused', async () => {
    const { scenario, service, prove, url } = await start()
    const text = 'The presented access_token is not DPoP bound.'
    const wanted = header(url, `DPoP algs="${algs}", `, 'invalid_token', text)
    expectRefusal(await prove(await getToken(scenario, service)), 401, wanted)
  })
})

describe('a call without a token', () => {
  test('gets E0000005, or a challenge where that is assumed', async () => {
    const { org, call, url } = await start()
    for (const authorization of [undefined, 'Basic eDp5', 'x']) {
      const reply = await call(authorization)
      expect(reply).toMatchObject({ status: 403, json: { errorCode: 'E0000005' } })
    }
    org.assumptions = { ...org.assumptions, unauthenticatedCall: 'invalid-token' }
    const wanted = header(url, 'Bearer ', 'invalid_request', 'The access token is missing.')
    expectRefusal(await call(), 401, wanted)
  })
})

describe('a bound token', () => {
  const bound = { dpopRequired: true, scopes: ['okta.users.read'] }
  const get = { proof: {} }

  test('opens what its scopes cover, with a proof and without a nonce', async () => {
    const { scenario, service, prove } = await start(bound)
    const reply = await prove(await getToken(scenario, service, get))
    expect(reply).toMatchObject({ status: 200, json: { scheme: 'DPoP' } })
    expect(reply.headers['dpop-nonce']).toBeUndefined()
  })

  test('sent as Bearer is refused, with or without a proof', async () => {
    const { scenario, service, call, url } = await start(bound)
    const accessToken = await getToken(scenario, service, get)
    const bare = header(
      url,
      'Bearer ',
      'invalid_request',
      'The resource request requires a DPoP proof.',
    )
    expectRefusal(await call(`Bearer ${accessToken}`), 400, bare)
    const proof = makeProof(scenario, 'GET', '/api/v1/users/me', { accessToken })
    const text =
      'The resource request must use the DPoP authentication scheme when using a DPoP bound token.'
    const wanted = header(url, 'Bearer ', 'invalid_request', text)
    expectRefusal(await call(`Bearer ${accessToken}`, '/api/v1/users/me', proof), 400, wanted)
  })

  test.each([
    ['without a proof', undefined, 'The DPoP proof JWT header is missing.'],
    ['for another URL', { claims: { htu: 'x' } }, "'htu' claim in the DPoP proof JWT is invalid."],
    [
      'for another method',
      { claims: { htm: 'POST' } },
      "'htm' claim in the DPoP proof JWT is invalid.",
    ],
    [
      'without a jti',
      { claims: { jti: undefined } },
      "'jti' claim in the DPoP proof JWT is invalid.",
    ],
    [
      'without ath',
      { claims: { ath: undefined } },
      "'ath' claim in the DPoP proof does not match the presented access_token.",
    ],
    [
      'with another key',
      { key: testKey('other', 'ES256') },
      'The access_token is not bound to the provided DPoP proof.',
    ],
  ] as const)('%s is refused with 400 and the reason', async (_what, choices, text) => {
    const { scenario, service, call, prove, url } = await start(bound)
    const token = await getToken(scenario, service, get)
    const reply = choices === undefined ? await call(`DPoP ${token}`) : await prove(token, choices)
    expectRefusal(reply, 400, header(url, `DPoP algs="${algs}", `, 'invalid_dpop_proof', text))
  })

  test('needs a new proof for every call', async () => {
    const { scenario, service, call } = await start(bound)
    const accessToken = await getToken(scenario, service, get)
    const proof = makeProof(scenario, 'GET', '/api/v1/users/me', { accessToken })
    const authorization = `DPoP ${accessToken}`
    expect((await call(authorization, '/api/v1/users/me?limit=1', proof)).status).toBe(200)
    const again = await call(authorization, '/api/v1/users/me', proof)
    expect(again.status).toBe(400)
    expect(again.headers['www-authenticate']).toContain('The DPoP proof JWT has already been used.')
  })

  test.each([
    ['/api/v1/users/test.user%40example.com', '/api/v1/users/test.user@example.com', 200],
    ['/api/v1/users/test.user%40example.com', '/api/v1/users/test.user%40example.com', 400],
    ['/api/v1/users/a%20b%25%22%23', '/api/v1/users/a%20b%25%22%23', 200],
    ['/api/v1/users/a%3Fb', '/api/v1/users/a?b', 200],
    ['/api/v1/users/%C3%A9', '/api/v1/users/é', 200],
    ['/api/v1/users/me', '//api/v1/users/me', 400],
  ])('for %s names %s in htu: %i', async (path, htuPath, status) => {
    const { scenario, service, prove, url } = await start(bound)
    const accessToken = await getToken(scenario, service, get)
    const reply = await prove(accessToken, { claims: { htu: url + htuPath } }, path)
    expect(reply.status).toBe(status)
  })

  test('without the scope is refused in the DPoP form', async () => {
    const { scenario, service, prove, url } = await start(bound)
    const token = await getToken(scenario, service, get)
    const text = 'The access token provided does not contain the required scopes.'
    expectRefusal(
      await prove(token, {}, '/api/v1/groups/00g1'),
      403,
      header(
        url,
        `DPoP algs="${algs}", `,
        'insufficient_scope',
        text,
        'okta.groups.read',
        '/api/v1/groups/00g1',
      ),
    )
  })

  test('needs a nonce once the org asks for it', async () => {
    const { scenario, org, service, prove } = await start(bound)
    const token = await getToken(scenario, service, get)
    org.authorization.resourceNonceRequired = true
    const refused = await prove(token)
    expect(refused.status).toBe(400)
    expect(refused.headers['www-authenticate']).toMatch(/^DPoP .*error="use_dpop_nonce"/)
    const nonce = refused.headers['dpop-nonce']
    expect((await prove(token, { claims: { nonce } })).status).toBe(200)
  })
})

test('a path in the header cannot break out of its quotes', async () => {
  const { call } = await start()
  const reply = await call('Bearer x', '/api/v1/users/a"b\\c')
  expect(reply.headers['www-authenticate']).toMatch(/resource="\/api\/v1\/users\/a\\"b\\\\c"$/)
})
