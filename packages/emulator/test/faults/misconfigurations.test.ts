import { describe, expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { faults, type StartOptions, startOrg } from '../../src/index.ts'
import { accessTokenOf, createClient } from './client.ts'

const working = '200 ok'
const kidInvalid = '401 invalid_client: The client_assertion JWT kid is invalid.'
const tokenExpired = '401 invalid_token: The token has expired.'

async function start(options: StartOptions = {}) {
  const clock = new TestClock(new Date('2026-01-01T00:00:00.000Z'))
  const running = await startOrg({
    ...{ clock, users: 8, groups: 2, apps: 2, keyType: 'EC', edition: 'unlimited' },
    ...options,
  })
  onTestFinished(async () => {
    expect(running.unexpected).toEqual([])
    await running.close()
  })
  const client = createClient(running, () => clock.now().getTime())
  return { running, clock, client }
}

type Scene = Awaited<ReturnType<typeof start>>

const token = async ({ client }: Scene) => (await client.requestToken()).told
const read =
  (path: string) =>
  async ({ client }: Scene) =>
    (await client.call(path, accessTokenOf(await client.requestToken()))).told
const adminReads = async ({ client }: Scene) => (await client.callAsAdmin('/api/v1/groups')).told
const adminWrites = async ({ client, running }: Scene) => {
  const group = { profile: { name: `G ${running.org.groups.size}` } }
  const init = { method: 'POST', body: JSON.stringify(group) }
  return (await client.callAsAdmin('/api/v1/groups', init)).told
}
const aUser = '/api/v1/users?limit=1'

interface Case {
  readonly fault: string
  readonly ask: (scene: Scene) => Promise<string>
  readonly before?: string
  readonly told: string
}

const cases: readonly Case[] = [
  { fault: 'key-inactive', ask: token, told: kidInvalid },
  { fault: 'key-deleted', ask: token, told: kidInvalid },
  {
    fault: 'key-not-registered',
    ask: token,
    told: '401 invalid_client: The client does not have a JWKSet configured, but the client_assertion requires one.',
  },
  {
    fault: 'key-replaced',
    ask: token,
    told: '401 invalid_client: The client_assertion signature is invalid.',
  },
  { fault: 'kid-unknown', ask: token, told: kidInvalid },
  { fault: 'second-key-registered', ask: token, told: working },
  {
    fault: 'second-key-registered',
    ask: async ({ client }) => (await client.requestToken({ kid: null })).told,
    told: kidInvalid,
  },
  {
    fault: 'key-for-encryption',
    ask: token,
    told: "401 invalid_client: The public key being used for client assertion has an invalid 'use' parameter. Valid values for the 'use' parameter are [sig].",
  },
  {
    fault: 'keys-url-unreachable',
    ask: token,
    told: '401 invalid_client: Error retrieving the client JWKSet from jwks_uri.',
  },
  {
    fault: 'keys-url-not-json',
    ask: token,
    told: '401 invalid_client: Error retrieving the client JWKSet from jwks_uri.',
  },
  {
    fault: 'keys-url-empty',
    ask: token,
    told: '401 invalid_client: The client JWKSet from jwks_uri must contain at least one key.',
  },
  {
    fault: 'keys-url-duplicate-kids',
    ask: token,
    told: '401 invalid_client: All keys in the client JWKSet from jwks_uri must have a unique kid.',
  },
  { fault: 'keys-url-outdated', ask: token, told: kidInvalid },
  {
    fault: 'app-inactive',
    ask: token,
    told: '401 invalid_client: Client authentication failed. Either the client or the client credentials are invalid.',
  },
  {
    fault: 'app-deleted',
    ask: token,
    told: '401 invalid_client: The issuer claim for client_assertion is not a valid client_id.',
  },
  {
    fault: 'app-not-service',
    ask: token,
    told: "401 invalid_client: Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
  },
  {
    fault: 'client-secret-method',
    ask: token,
    told: '401 invalid_client: Client authentication failed. Either the client or the client credentials are invalid.',
  },
  {
    fault: 'grant-type-missing',
    ask: token,
    told: '400 unauthorized_client: The client is not authorized to use the provided grant type. Configured grant types: [authorization_code].',
  },
  {
    fault: 'dpop-required',
    ask: token,
    told: '400 invalid_dpop_proof: The DPoP proof JWT header is missing.',
  },
  {
    fault: 'network-zone-excludes-client',
    ask: token,
    told: "403 access_denied: The request is made from outside the client's permitted network zones.",
  },
  {
    fault: 'scope-not-granted',
    ask: read(aUser),
    told: '403 insufficient_scope: The access token provided does not contain the required scopes.',
  },
  { fault: 'scope-not-granted=okta.groups.read', ask: read(aUser), told: working },
  {
    fault: 'no-scope-granted',
    ask: token,
    told: '400 consent_required: You are not allowed any of the requested scopes.',
  },
  { fault: 'admin-role-missing', ask: token, told: working },
  { fault: 'admin-role-missing', ask: read(aUser), told: '200 []' },
  { fault: 'admin-role-missing', ask: read('/api/v1/groups'), told: '200 []' },
  {
    fault: 'admin-role-missing',
    ask: async (scene) => {
      const [user] = [...scene.running.org.users]
      return read(`/api/v1/users/${user?.id}`)(scene)
    },
    told: '403 E0000006',
  },
  { fault: 'admin-role-missing-lists-forbidden', ask: read(aUser), told: '200 []' },
  {
    fault: 'admin-role-missing-lists-forbidden',
    ask: read('/api/v1/groups'),
    told: '403 E0000006',
  },
  { fault: 'admin-role-lowered=REPORT_ADMIN', ask: read(aUser), told: working },
  { fault: 'admin-role-lowered', ask: read('/api/v1/logs'), told: '200 []' },
  { fault: 'admin-role-narrowed', ask: read(aUser), told: '200 []' },
  {
    fault: 'assertions-replayed',
    ask: token,
    told: '401 invalid_client: The client_assertion token has already been used.',
  },
  {
    fault: 'client-credentials-unavailable',
    ask: token,
    told: "400 unsupported_grant_type: 'client_credentials' grant type can only be used with a custom authorization server.",
  },
  { fault: 'api-token-revoked', ask: adminReads, told: '401 E0000011' },
  { fault: 'api-token-expired', ask: adminReads, told: '401 E0000011' },
  { fault: 'api-token-owner-deactivated', ask: adminReads, told: '401 E0000011' },
  { fault: 'api-token-network-zone', ask: adminReads, told: '403 E0000006' },
  { fault: 'api-token-owner-read-only', ask: adminReads, told: working },
  { fault: 'api-token-owner-read-only', ask: adminWrites, told: '403 E0000006' },
  { fault: 'api-token-owner-without-role', ask: adminReads, told: '200 []' },
  {
    fault: 'clock-skew',
    ask: token,
    told: '401 invalid_client: The client_assertion token is expired.',
  },
  { fault: 'clock-skew=200', ask: token, told: working },
  {
    fault: 'clock-skew=-600',
    ask: token,
    told: '401 invalid_client: The client_assertion token must be issued before the current time.',
  },
  {
    fault: 'clock-skew=-3500',
    ask: token,
    told: '401 invalid_client: The client_assertion token has an expiration too far into the future.',
  },
]

describe('a misconfiguration shows in the answers of the org, and goes without a trace', () => {
  test.each(cases)('$fault: $told', async ({ fault, ask, told }) => {
    const scene = await start()
    expect(await ask(scene)).toBe(working)
    scene.running.faults.on(fault)
    expect(await ask(scene)).toBe(told)
    scene.running.faults.clear()
    expect(await ask(scene)).toBe(working)
    const trace = scene.running.org.ledger
      .read()
      .filter((line) => 'what' in line && line.what === 'fault')
    expect(trace).toMatchObject([{ op: 'created' }, { op: 'deleted' }])
  })

  test('dpop-required with a proof asks for a nonce, and then gives a bound token that works', async () => {
    const { client } = await start({ faults: ['dpop-required'] })
    const challenge = await client.requestToken({ dpop: true })
    expect(challenge.told).toBe(
      '400 use_dpop_nonce: Authorization server requires nonce in DPoP proof.',
    )
    const nonce = String(challenge.headers.get('dpop-nonce'))
    const given = await client.requestToken({ dpop: true, nonce })
    expect(given.body).toMatchObject({ token_type: 'DPoP' })
    expect((await client.call(aUser, accessTokenOf(given), { dpop: true })).told).toBe(working)
  })

  test('client-secret-method refuses the right secret too, and says which method it takes', async () => {
    const { running } = await start({ faults: ['client-secret-method'] })
    const { clientId, scopes } = running.app
    const [secret] = running.org.apps.get(clientId)?.oauth?.secrets ?? []
    const answer = await fetch(`${running.url}/oauth2/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${secret?.value}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
    })
    expect(await answer.json()).toEqual({
      error: 'invalid_client',
      error_description:
        'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
    })
  })

  test('nonces-forgotten asks for a new nonce', async () => {
    const { client, running } = await start({ dpopRequired: true })
    const nonceOf = async () =>
      String((await client.requestToken({ dpop: true })).headers.get('dpop-nonce'))
    const nonce = await nonceOf()
    running.faults.on('nonces-forgotten')
    expect((await client.requestToken({ dpop: true, nonce })).told).toMatch(/^400 use_dpop_nonce/)
    expect((await client.requestToken({ dpop: true, nonce: await nonceOf() })).told).toBe(working)
  })

  test('proofs-replayed refuses every proof', async () => {
    const { client, running } = await start({ dpopRequired: true })
    running.faults.on('proofs-replayed')
    expect((await client.requestToken({ dpop: true })).told).toBe(
      '400 invalid_dpop_proof: The DPoP proof JWT has already been used.',
    )
  })

  test('nonce-required-at-apis challenges a call with a good proof', async () => {
    const { client, running } = await start({ dpopRequired: true })
    const nonce = String((await client.requestToken({ dpop: true })).headers.get('dpop-nonce'))
    const accessToken = accessTokenOf(await client.requestToken({ dpop: true, nonce }))
    running.faults.on('nonce-required-at-apis')
    const { told, headers } = await client.call(aUser, accessToken, { dpop: true })
    expect(told).toMatch(/^40[01] use_dpop_nonce/)
    expect(headers.get('dpop-nonce')).toMatch(/^[\w-]{20,}$/)
  })

  test('token-life-short ends a token after its expires_in', async () => {
    const { client, clock } = await start({ faults: ['token-life-short=30'] })
    const given = await client.requestToken()
    expect(given.body).toMatchObject({ expires_in: 30 })
    clock.advance(29_000)
    expect((await client.call(aUser, accessTokenOf(given))).told).toBe(working)
    clock.advance(2_000)
    expect((await client.call(aUser, accessTokenOf(given))).told).toBe(tokenExpired)
  })

  test('token-life-misstated ends a token before its expires_in', async () => {
    const { client, clock } = await start({ faults: ['token-life-misstated=30'] })
    const given = await client.requestToken()
    expect(given.body).toMatchObject({ expires_in: 3600 })
    clock.advance(31_000)
    expect((await client.call(aUser, accessTokenOf(given))).told).toBe(tokenExpired)
  })

  test('tokens-revoked ends tokens that were given, and new ones work', async () => {
    const { client, running } = await start()
    const given = accessTokenOf(await client.requestToken())
    running.faults.on('tokens-revoked')
    expect((await client.call(aUser, given)).told).toMatch(/^401 invalid_token: The access token /)
    expect((await client.call(aUser, accessTokenOf(await client.requestToken()))).told).toBe(
      working,
    )
  })

  test('index-behind hides a new group from searches, and not from its own address', async () => {
    const { client, clock } = await start({ faults: ['index-behind=60'] })
    const init = { method: 'POST', body: JSON.stringify({ profile: { name: 'Fresh' } }) }
    const { id } = (await client.callAsAdmin('/api/v1/groups', init)).body as { id: string }
    const search = `/api/v1/groups?search=${encodeURIComponent('profile.name eq "Fresh"')}`
    expect((await client.callAsAdmin(search)).told).toBe('200 []')
    expect((await client.callAsAdmin(`/api/v1/groups/${id}`)).told).toBe(working)
    clock.advance(61_000)
    expect((await client.callAsAdmin(search)).told).toBe(working)
  })

  test('log-late shows an event of a change when the time is over', async () => {
    const { client, clock, running } = await start({ faults: ['log-late=60'] })
    const init = { method: 'POST', body: JSON.stringify({ profile: { name: 'Late' } }) }
    const shown = async () => {
      const path = `/api/v1/logs?filter=${encodeURIComponent('eventType eq "group.lifecycle.create"')}`
      return ((await client.callAsAdmin(path)).body as unknown[]).length
    }
    await client.callAsAdmin('/api/v1/groups', init)
    expect(await shown()).toBe(0)
    clock.advance(61_000)
    expect(await shown()).toBe(1)
    expect(running.faults.off('log-late')).toBe(true)
  })
})

test('every misconfiguration is shown above', () => {
  const elsewhere = [
    ...['nonces-forgotten', 'proofs-replayed', 'nonce-required-at-apis', 'token-life-short'],
    ...['token-life-misstated', 'tokens-revoked', 'index-behind', 'log-late'],
    // In start.test.ts, among the hosts.
    'custom-domain',
    // Among the events of the System Log, in added-events.test.ts.
    'log-pages-short',
    // It takes as long as the org waits for a key set; that it is an error is shown by the unreachable one.
    'keys-url-slow',
  ]
  const shown = new Set([...cases.map(({ fault }) => fault.split('=')[0]), ...elsewhere])
  const all = faults.filter(({ kind }) => kind === 'misconfiguration').map(({ name }) => name)
  expect(all.filter((name) => !shown.has(name))).toEqual([])
})
