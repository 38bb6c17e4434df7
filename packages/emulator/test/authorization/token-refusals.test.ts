import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { knownAnswers } from '../../../core/test/token/known-refusals.ts'
import { addServiceApp, type TestServiceApp, testKey } from '../service-app.ts'
import {
  getToken,
  makeProof,
  type Reply,
  type Scenario,
  startScenario,
  tokenForm,
  tokenProof,
} from './scenario.ts'

/** What makes the org say something: a misconfiguration and a request. */
type Misstep = (scenario: Scenario, service: TestServiceApp) => Reply | Promise<Reply>

const custom = '/oauth2/default/v1/token'

/** A request whose assertion has other claims, or another header. */
function asserting(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Misstep {
  return ({ post }, { sign }) => post(tokenForm(sign(claims, header)))
}

/** A request of a client that is changed first. */
function changed(client: Parameters<TestServiceApp['change']>[0], misstep?: Misstep): Misstep {
  return (scenario, service) => {
    service.change(client)
    return misstep?.(scenario, service) ?? scenario.post(tokenForm(service.sign()))
  }
}

/** A request for other scopes. */
function scoped(scope: string): Misstep {
  return ({ post }, { sign }) => post(tokenForm(sign(), scope))
}

/** A request of an app that requires DPoP, with another proof. */
function proving(choices: Parameters<typeof tokenProof>[1]): Misstep {
  return changed({ dpopRequired: true }, (scenario, { sign }) =>
    scenario.post(tokenForm(sign()), { dpop: tokenProof(scenario, choices) }),
  )
}

/** A request with HTTP Basic. */
function basic(secretOf: (service: TestServiceApp) => string): Misstep {
  return ({ post }, service) =>
    post(
      { grant_type: 'client_credentials', scope: 'okta.users.read' },
      { authorization: `Basic ${Buffer.from(secretOf(service)).toString('base64')}` },
    )
}

const secret = {
  id: 'ocs1',
  status: 'ACTIVE',
  value: 'the-right-secret',
  createdMs: 0,
  lastUpdatedMs: 0,
} as const
const withSecret = { authMethod: 'client_secret_basic', secrets: [secret] } as const
const rightSecret = basic(({ clientId }) => `${clientId}:the-right-secret`)

/** A request of a client whose keys are behind a `jwks_uri` that answers so. */
function publishing(
  listener: RequestListener,
  header?: Readonly<Record<string, unknown>>,
): Misstep {
  return async ({ post }, service) => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    service.change({ keys: [], jwksUri: `http://127.0.0.1:${port}/keys` })
    return post(tokenForm(service.sign({}, header)))
  }
}

const giving =
  (keys: unknown): RequestListener =>
  (_request, answer) =>
    void answer.end(JSON.stringify({ keys }))

/** A request at the custom server `default`, which has these scopes and this policy. */
function atCustomServer(
  scope: string,
  change: Readonly<Record<string, unknown>> = {},
  client: Parameters<TestServiceApp['change']>[0] = {},
): Misstep {
  return ({ org, post, url }, service) => {
    const row = org.authorizationServers.get('default')
    if (row === undefined) throw new Error('There is no default server.')
    const scopes = ['a', 'b', 'profile.full'].map((name) => ({
      name,
      isDefault: false,
      consentRequired: name === 'profile.full',
    }))
    org.authorizationServers.put({ ...row, scopes, ...change })
    service.change(client)
    return post(tokenForm(service.sign({ aud: `${url}${custom}` }), scope), {}, custom)
  }
}

const policy = (scopes: readonly string[]) => ({
  policies: [{ name: 'Narrow', clients: 'ALL_CLIENTS', scopes }],
})

/** A refused call of the management API, its header in the shape of a body. */
async function calling(
  scenario: Scenario,
  service: TestServiceApp,
  choices: Parameters<typeof makeProof>[3],
): Promise<Reply> {
  const accessToken = await getToken(scenario, service, { proof: {} })
  const reply = await scenario.send('/api/v1/users/me', {
    headers: {
      authorization: `DPoP ${accessToken}`,
      dpop: makeProof(scenario, 'GET', '/api/v1/users/me', { accessToken, ...choices }),
    },
  })
  const header = String(reply.headers['www-authenticate'])
  const [, error = ''] = /error="([^"]*)"/.exec(header) ?? []
  const [, description = ''] = /error_description="([^"]*)"/.exec(header) ?? []
  return { ...reply, json: { error, error_description: description } }
}

const second =
  (offset: number) =>
  ({ org }: Scenario) =>
    Math.floor(org.time.nowMs() / 1_000) + offset

/** A misstep whose claims depend on the time. */
function timed(claim: string, offset: number): Misstep {
  return (scenario, service) => asserting({ [claim]: second(offset)(scenario) })(scenario, service)
}

/** The same for a proof. */
function timedProof(claim: string, offset: number): Misstep {
  return (scenario, service) =>
    proving({ claims: { [claim]: second(offset)(scenario) } })(scenario, service)
}

/** Every text, with lists cut to their brackets, and what makes the org say it. */
const missteps: Readonly<Record<string, Misstep>> = {
  'No client credentials found.': ({ post }) =>
    post({ grant_type: 'client_credentials', scope: 'okta.users.read' }),
  'Client authentication failed. Either the client or the client credentials are invalid.': (
    scenario,
    service,
  ) => {
    service.change({}, { status: 'INACTIVE' })
    return scenario.post(tokenForm(service.sign()))
  },
  "Invalid value for 'client_id' parameter.": ({ post }, { sign }) =>
    post({ ...tokenForm(sign()), client_id: '0oaNobody' }),
  'Found Authentication header but was not valid client credentials.': ({ post }) =>
    post({ grant_type: 'client_credentials' }, { authorization: 'Basic not-base-64-of-a-pair' }),
  'The client secret supplied for a confidential client is invalid.': changed(
    withSecret,
    basic(({ clientId }) => `${clientId}:a-wrong-secret`),
  ),
  'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.':
    changed(withSecret, rightSecret),
  "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.":
    changed({ applicationType: 'web' }),
  'OAuth Integration Client Credentials requests to the Org Authorization Server must use either private_key_jwt or client_secret_basic as the token_endpoint_auth_method.':
    changed(
      { authMethod: 'client_secret_post', secrets: [secret], isIntegration: true },
      ({ post }, { clientId }) =>
        post({
          grant_type: 'client_credentials',
          scope: 'okta.users.read',
          client_id: clientId,
          client_secret: 'the-right-secret',
        }),
    ),
  'The parsing of the client_assertion failed.': ({ post }) => post(tokenForm('no.jwt')),
  'The client_assertion JWT signature algorithm is invalid.': asserting({}, { alg: 'PS256' }),
  'The client_assertion JWT kid is invalid.': asserting({}, { kid: 'another' }),
  'The client_assertion signature is invalid.': ({ org, post }, service) => {
    const stranger = addServiceApp(org, { key: testKey('stranger') })
    const { clientId } = service
    return post(tokenForm(stranger.sign({ iss: clientId, sub: clientId }, { kid: 'test-key' })))
  },
  'The issuer claim for client_assertion is not a valid client_id.': asserting({ iss: '0oaNo' }),
  'The subject claim for client_assertion is not a valid client_id.': asserting({ sub: '0oaNo' }),
  'The audience claim for client_assertion must be the endpoint invoked for the request.': (
    scenario,
    service,
  ) => asserting({ aud: scenario.url })(scenario, service),
  "The client_assertion must contain the 'exp' claim as seconds since epoch.": asserting({
    exp: '1774857600',
  }),
  'The client_assertion token is expired.': timed('exp', 0),
  'The client_assertion token has an expiration too far into the future.': timed('exp', 3_601),
  'The client_assertion token must be issued before the current time.': timed('iat', 1),
  'The client_assertion token has already been used.': async ({ post }, { sign }) => {
    const form = tokenForm(sign())
    await post(form)
    return post(form)
  },
  'The client does not have a JWKSet configured, but the client_assertion requires one.': changed({
    keys: [],
  }),
  'The client JWKSet is invalid.': (scenario, service) => {
    const key = testKey('ec', 'ES256')
    const [registered] = service.app.oauth?.keys ?? []
    if (registered === undefined) throw new Error('There is no key.')
    const { crv: _curve, ...jwk } = key.publicJwk
    service.change({ keys: [{ ...registered, jwk: { ...jwk, kid: 'test-key' } }] })
    return scenario.post(tokenForm(service.sign()))
  },
  'The issuer and subject claim for client_assertion is invalid because the client does not have a client secret.':
    asserting({}, { alg: 'HS256' }),
  "The public key being used for client assertion has an invalid 'use' parameter. Valid values for the 'use' parameter are []":
    (scenario, service) => {
      registerForEncryption(service)
      return scenario.post(tokenForm(service.sign()))
    },
  'The client_assertion JWT needs to be signed using a signing key.': (scenario, service) => {
    registerForEncryption(service)
    return asserting({}, { kid: undefined })(scenario, service)
  },
  'Error retrieving the client JWKSet from jwks_uri.': publishing((_request, answer) => {
    answer.writeHead(500).end()
  }),
  'The client JWKSet from jwks_uri must contain at least one key.': publishing(giving([])),
  'All keys in the client JWKSet from jwks_uri must have a unique kid.': publishing(
    giving([testKey().publicJwk, testKey().publicJwk]),
  ),
  "The 'jku' in JWT and 'jwks_uri' doesn't match.": publishing(giving([testKey().publicJwk]), {
    jku: 'http://127.0.0.1/elsewhere',
  }),
  'Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.':
    ({ post }, { sign }) => post({ ...tokenForm(sign()), client_secret: 'too' }),
  'Client credentials cannot be supplied via query parameters.': ({ post }, { clientId }) =>
    post({ grant_type: 'client_credentials' }, {}, `/oauth2/v1/token?client_id=${clientId}`),
  'The client_assertion_type is invalid.': ({ post }, { sign }) =>
    post({ ...tokenForm(sign()), client_assertion_type: 'jwt-bearer' }),
  'The request contained multiple parameters with the same name.': ({ post }, { sign }) =>
    post(`${new URLSearchParams(tokenForm(sign())).toString()}&scope=okta.apps.read`),
  "The token request must specify a 'grant_type'. Valid values: []": ({ post }) => post({}),
  'The authorization grant type is not supported by the authorization server. Configured grant types: []':
    ({ post }) => post({ grant_type: 'client_credential' }),
  "'client_credentials' grant type can only be used with a custom authorization server.": (
    { org, post },
    { sign },
  ) => {
    org.authorization.clientCredentialsAtOrg = false
    return post(tokenForm(sign()))
  },
  'The client is not authorized to use the provided grant type. Configured grant types: []':
    changed({ grantTypes: ['implicit'] }),
  'This client cannot use a custom authorization server.': atCustomServer(
    'a',
    {},
    {
      isIntegration: true,
    },
  ),
  'No scopes were requested.': scoped(' '),
  "The authorization server resource does not have any configured default scopes, 'scope' must be provided.":
    atCustomServer(''),
  "Cannot request 'openid' scopes using client credentials.": scoped('okta.users.read openid'),
  'One or more scopes are not configured for the authorization server resource.':
    scoped('okta.user.read'),
  'Custom scopes are not allowed for this request.': scoped('okta.users.read reports'),
  'The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.':
    scoped('"okta.users.read"'),
  'You are not allowed any of the requested scopes.': scoped('okta.apps.read okta.logs.read'),
  'The following scopes require user consent and cannot be granted for the client credentials grant type: []':
    atCustomServer('a profile.full'),
  "The 'client_credentials' grant type may not request .self scopes.":
    scoped('okta.users.read.self'),
  'Policy evaluation succeeded, but all the requested scopes were rejected.': atCustomServer(
    'a b',
    policy(['c']),
  ),
  'Some of the requested scopes were denied by the policy. Denied scopes: []': atCustomServer(
    'a b',
    policy(['b']),
  ),
  'Policy evaluation failed for this request, please check the policy configurations.':
    atCustomServer('a', { policies: [] }),
  "The request is made from outside the client's permitted network zones.": changed({
    networkAllowed: false,
  }),
  'The DPoP proof JWT header is missing.': changed({ dpopRequired: true }),
  'Authorization server requires nonce in DPoP proof.': proving({ claims: { nonce: undefined } }),
  'Multiple DPoP proof JWT headers are not allowed.': changed(
    { dpopRequired: true },
    (scenario, { sign }) =>
      scenario.post(tokenForm(sign()), { dpop: [tokenProof(scenario), tokenProof(scenario)] }),
  ),
  'The DPoP proof JWT cannot be parsed.': changed({ dpopRequired: true }, ({ post }, { sign }) =>
    post(tokenForm(sign()), { dpop: 'no proof' }),
  ),
  "'typ' must be 'dpop+jwt' in the DPoP proof JWT.": proving({ header: { typ: 'JWT' } }),
  'The DPoP proof JWT signature algorithm is invalid.': proving({ header: { alg: 'EdDSA' } }),
  'The DPoP proof JWT signature is invalid.': proving({
    header: { jwk: ecMembers(testKey('other', 'ES256').publicJwk) },
  }),
  "'htm' claim in the DPoP proof JWT is invalid.": proving({ claims: { htm: 'GET' } }),
  "'htu' claim in the DPoP proof JWT is invalid.": proving({
    claims: { htu: 'https://acme.okta.com/oauth2/v1/token' },
  }),
  "'iat' claim in the DPoP proof JWT is invalid.": proving({ claims: { iat: 'now' } }),
  "'jti' claim in the DPoP proof JWT is invalid.": proving({ claims: { jti: undefined } }),
  'The DPoP proof JWT has already been used.': changed(
    { dpopRequired: true },
    async (scenario, { sign }) => {
      const dpop = tokenProof(scenario)
      await scenario.post(tokenForm(sign()), { dpop })
      return scenario.post(tokenForm(sign()), { dpop })
    },
  ),
  "'ath' claim in the DPoP proof does not match the presented access_token.": (scenario, service) =>
    calling(scenario, service, { claims: { ath: 'another' } }),
  'The access_token is not bound to the provided DPoP proof.': (scenario, service) =>
    calling(scenario, service, { key: testKey('other', 'ES256') }),
  'The DPoP proof JWT is invalid.': proving({ header: { jwk: testKey('d', 'ES256').privateJwk } }),
  'The DPoP proof JWT is issued in the future.': timedProof('iat', 1),
  'The DPoP proof JWT is issued more than five minutes in the past.': timedProof('iat', -301),
  'The DPoP proof JWT is expired.': timedProof('exp', 0),
}

/** What no request and no setting of an org brings about, and why. */
const unreachable: Readonly<Record<string, string>> = {
  'No client credentials found':
    'the catalogue ends it with a full stop; the specification does not',
  "The grant type in the request isn't supported.":
    'an example of the specification; the catalogue has another text',
  'The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.':
    'no misconfiguration: a fault gives it',
  'The authorization server encountered an unexpected condition that prevented it from fulfilling the request.':
    'no misconfiguration: a fault gives it',
}

const withoutList = (text: string) => text.replace(/\[.*\]\.?$/, '[]')

describe('the token endpoint says what Okta says', () => {
  const reachable = knownAnswers.filter(([, , text]) => unreachable[text] === undefined)

  test.each(reachable.map(([status, error, text]) => [status, error, text] as const))(
    '%i %s %s',
    async (status, error, text) => {
      const misstep = missteps[withoutList(text)]
      if (misstep === undefined) throw new Error('Nothing makes the emulator say this.')
      const scenario = await startScenario()
      const reply = await misstep(scenario, addServiceApp(scenario.org))
      const { error: said, error_description: description, ...rest } = reply.json
      expect([reply.status, said, withoutList(String(description)), rest]).toEqual([
        status,
        error,
        withoutList(text),
        {},
      ])
      expect(scenario.unexpected).toEqual([])
    },
  )

  test('and what no misconfiguration brings about is known', () => {
    const texts = knownAnswers.map(([, , text]) => text)
    expect(Object.keys(unreachable).filter((text) => !texts.includes(text))).toEqual([])
  })

  test('lists name what the app or the policy has', async () => {
    const scenario = await startScenario()
    const service = addServiceApp(scenario.org)
    const denied = await atCustomServer('a b', policy(['b']))(scenario, service)
    expect(denied.json['error_description']).toBe(
      'Some of the requested scopes were denied by the policy. Denied scopes: [a].',
    )
    service.change({ grantTypes: ['implicit', 'authorization_code'] })
    const refused = await scenario.post(tokenForm(service.sign()))
    expect(refused.json['error_description']).toBe(
      'The client is not authorized to use the provided grant type. Configured grant types: [implicit, authorization_code].',
    )
  })
})

function registerForEncryption(service: TestServiceApp): void {
  const [registered] = service.app.oauth?.keys ?? []
  if (registered === undefined) throw new Error('There is no key.')
  service.change({ keys: [{ ...registered, jwk: { ...registered.jwk, use: 'enc' } }] })
}

function ecMembers({ kty, crv, x, y }: Readonly<Record<string, unknown>>): object {
  return { kty, crv, x, y }
}
