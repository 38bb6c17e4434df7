import { writeFileSync } from 'node:fs'
import { exportJwk, exportPem, generateKey, publicJwks } from '@postern/core'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../../../../test/authorization-server.ts'
import { startScriptedServer, tokenAnswer } from '../../../../test/scripted-server.ts'
import { createPlace } from './run.ts'

const place = createPlace()
const key = await generateKey({ alg: 'ES256', kid: 'kid-1' })
const pem = (await exportPem(key)).reveal()
writeFileSync(place.path('app.jwk'), exportJwk(key).reveal(), { mode: 0o600 })
writeFileSync(place.path('app.pem'), pem, { mode: 0o600 })

let server: AuthorizationServer
beforeAll(async () => {
  server = await startAuthorizationServer([
    { clientId: '0oaTESTbearer0000Tst', jwks: publicJwks([key]) },
    { clientId: '0oaTESTdpop000000Tst', jwks: publicJwks([key]), dpopRequired: true },
  ])
})
afterAll(() => Promise.all([server.close(), place.remove()]))

const bearer = (...flags: string[]) => [
  'token',
  ...['--org', server.orgUrl],
  ...['--client-id', '0oaTESTbearer0000Tst'],
  ...['--scopes', 'okta.users.read,okta.groups.read'],
  ...flags,
]

describe('postern token', () => {
  test('gets a Bearer token from a real authorization server and prints nothing else on stdout', async () => {
    const { code, stdout, stderr } = await place.run(bearer('--key', place.path('app.jwk')))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[\w-]+\n$/)
    expect(stderr).toContain('Bearer token until')
    expect(stderr).toContain('org_url_dev_mode')
  })

  test('takes PEM and KID apart (mission 2.5)', async () => {
    const { code } = await place.run(bearer('--key', place.path('app.pem'), '--kid', 'kid-1'))
    expect(code).toBe(0)
  })

  test('gets a DPoP token, and says that it is bound', async () => {
    const { code, stdout, stderr } = await place.run(
      [
        'token',
        ...['--org', server.orgUrl, '--client-id', '0oaTESTdpop000000Tst'],
        ...['--key', '-', '--scopes', 'okta.users.read', '--dpop', 'always', '--output', 'json'],
      ],
      { input: exportJwk(key).reveal() },
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      tokenType: 'DPoP',
      accessToken: expect.any(String),
      expiresInSeconds: 3600,
      expiresAt: expect.stringMatching(/^\d{4}-.+Z$/),
      scopes: ['okta.users.read'],
      missingScopes: [],
    })
    expect(stderr).toContain('bound to a key')
  })

  test('reads what the Terraform provider reads, and says where each value came from', async () => {
    const { code, stderr } = await place.run(['token', '--from-env', '--org', server.orgUrl], {
      env: {
        OKTA_API_CLIENT_ID: '0oaTESTbearer0000Tst',
        OKTA_API_PRIVATE_KEY: pem,
        OKTA_API_PRIVATE_KEY_ID: 'kid-1',
        OKTA_API_SCOPES: 'okta.users.read',
      },
    })
    expect(stderr).toContain('from OKTA_API_PRIVATE_KEY')
    expect(stderr).not.toContain(pem.split('\n')[1])
    expect(code).toBe(0)
  })

  test('reports every unusable value at once, in the order of the form', async () => {
    const { code, stderr } = await place.run([
      ...['token', '--org', 'https://login.acme.example', '--client-id', 'admin@acme.example'],
      ...['--jwt-expiry-seconds', '9999', '--token-url', 'https://evil.example/token'],
      ...['--header', 'Authorization=Basic x', '--scopes', 'okta.user.read', '--output', 'json'],
    ])
    expect(code).toBe(2)
    const { error } = JSON.parse(stderr.slice(stderr.indexOf('{')))
    expect(
      error.details.problems.map(({ field, code: problem }: Record<string, string>) => [
        field,
        problem,
      ]),
    ).toEqual([
      ['Org URL', 'org_url_not_okta_domain'],
      ['Client ID', 'client_id_looks_wrong'],
      ['Private Key', 'key_empty'],
      ['Scopes', 'scope_unknown'],
      ['Advanced JWT', 'assertion_lifetime'],
      ['Headers', 'credential_header'],
    ])
  })

  test('the audience and the token URL are a choice among the org’s own (mission 4.9, 4.10)', async () => {
    const refused = await place.run(
      bearer('--key', place.path('app.jwk'), '--jwt-audience', 'https://evil.example/token'),
    )
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('audience_not_org') })
    const foreign = await place.run(
      bearer('--key', place.path('app.jwk'), '--token-url', 'https://evil.example/oauth2/v1/token'),
    )
    expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining('token_url_not_org') })
    const issuer = await place.run(
      bearer(
        '--key',
        place.path('app.jwk'),
        '--jwt-audience',
        'issuer',
        '--token-url',
        `${server.orgUrl}/oauth2/v1/token`,
      ),
    )
    expect(issuer.code).toBe(0)
  })

  test('every value of a generic JWT connector can be given (mission 4.6 to 4.14)', async () => {
    const { stdout } = await place.run([
      ...['token', '--explain', '--output', 'json', '--org', 'https://acme.okta.com'],
      ...['--client-id', '0oaTEST0000000000Tst', '--key', place.path('app.pem'), '--kid', 'KID'],
      ...['--jwt-alg', 'JWT_ALGORITHM_ES256', '--jwt-expiry-seconds', '3600'],
      ...['--jwt-issuer', 'iss', '--jwt-subject', 'sub'],
      ...['--jwt-audience', 'https://acme.okta.com/oauth2/aus1/v1/token'],
      ...['--token-url', 'https://acme.okta.com/oauth2/aus1/v1/token'],
      ...['--assertion-key', 'assertion', '--header', 'Accept=application/json'],
      ...['--header', 'Content-Type=application/x-www-form-urlencoded', '--header', 'X-A=b'],
      ...['--jwt-claim', 'tenant=acme', '--jwt-claim', 'level=7', '--scopes', 'custom'],
      ...['--description', 'the HR connector'],
    ])
    const explained = JSON.parse(stdout)
    expect(explained).toMatchObject({
      method: 'POST',
      url: 'https://acme.okta.com/oauth2/aus1/v1/token',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'x-a': 'b',
      },
      form: {
        grant_type: 'client_credentials',
        scope: 'custom',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        assertion: expect.stringMatching(/<signature removed>$/),
      },
      assertion: {
        header: { alg: 'ES256', kid: 'KID', typ: 'JWT' },
        claims: {
          iss: 'iss',
          sub: 'sub',
          aud: 'https://acme.okta.com/oauth2/aus1/v1/token',
          tenant: 'acme',
          level: 7,
        },
      },
    })
    const { exp, iat } = explained.assertion.claims
    expect(exp - iat).toBe(3630)
    expect(decodeJwt(explained.form.assertion)).toEqual(explained.assertion.claims)
  })

  test('--explain sends nothing and shows the curl', async () => {
    const before = server.seen.length
    const { stdout } = await place.run(bearer('--key', place.path('app.jwk'), '--explain'))
    expect(stdout).toContain(`curl '${server.orgUrl}/oauth2/v1/token'`)
    expect(server.seen.length).toBe(before)
  })

  test('an API token is recognised, and there is nothing to get for it', async () => {
    const apiToken = '00TESTTESTTESTTESTTESTTESTTESTTESTTESTTEST'
    const { code, stderr } = await place.run(
      ['token', '--org', 'https://acme.okta.com', '--api-token', 'env:T'],
      { env: { T: apiToken } },
    )
    expect([code, stderr.includes('SSWS'), stderr.includes(apiToken)]).toEqual([2, true, false])
  })

  test.each<[string, number, object, number]>([
    [
      'a refused client',
      401,
      { error: 'invalid_client', error_description: 'The client_assertion JWT kid is invalid.' },
      4,
    ],
    [
      'scopes not granted',
      400,
      {
        error: 'consent_required',
        error_description: 'You are not allowed any of the requested scopes.',
      },
      5,
    ],
    ['a page instead of an answer', 404, {}, 1],
  ])('%s has an exit code of its own', async (_what, status, body, code) => {
    const scripted = await startScriptedServer(() => ({ status, body }))
    onTestFinished(scripted.close)
    const result = await place.run([
      ...['token', '--org', scripted.orgUrl, '--client-id', '0oaTEST0000000000Tst'],
      ...['--key', place.path('app.jwk'), '--scopes', 'okta.users.read'],
    ])
    expect(result.code).toBe(code)
    expect(result.stderr).toMatch(/\n {2}fix .+/)
  })

  test('an interruption ends the wait with 130', async () => {
    const scripted = await startScriptedServer((_request, number) =>
      number === 0 ? { status: 429, headers: { 'retry-after': '50' } } : tokenAnswer(),
    )
    onTestFinished(scripted.close)
    const { code } = await place.run(
      [
        ...['token', '--org', scripted.orgUrl, '--client-id', '0oaTEST0000000000Tst'],
        ...['--key', place.path('app.jwk'), '--scopes', 'okta.users.read'],
      ],
      { interruptAfter: 'Trying again' },
    )
    expect(code).toBe(130)
  })
})

describe('postern', () => {
  test('says its version and its commands', async () => {
    expect(await place.run(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
    const help = await place.run(['--help'])
    expect([help.code, help.stdout.includes('keys'), help.stdout.includes('token')]).toEqual([
      0,
      true,
      true,
    ])
  })

  test.each([
    [['nonsense']],
    [['keys', 'nonsense']],
    [['token', '--nonsense']],
    [['--output', 'xml', 'token']],
  ])('%j is a usage error', async (args) => {
    expect(await place.run(args)).toMatchObject({ code: 2, stdout: '' })
  })
})
