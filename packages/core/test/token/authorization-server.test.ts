import {
  createAuthorizer,
  exportJwk,
  exportPem,
  generateKey,
  importKey,
  type PrivateKey,
  parseOrgUrl,
  publicJwks,
  type Token,
  TokenSource,
  type TokenSourceOptions,
} from '@postern/core'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../../../../test/authorization-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'

/** Keys of every kind Okta takes, and two apps for each: one that requires DPoP and one that does not. */
const keys = await Promise.all([
  generateKey({ alg: 'RS256' }),
  generateKey({ alg: 'RS384', bits: 3072 }),
  generateKey({ alg: 'RS512', bits: 2048 }),
  generateKey({ alg: 'ES256' }),
  generateKey({ alg: 'ES384' }),
  generateKey({ alg: 'ES512' }),
])
const kinds = keys.map((key) => [key.alg, key] as const)

let server: AuthorizationServer
beforeAll(async () => {
  server = await startAuthorizationServer(
    keys.flatMap((key) => [
      { clientId: `bearer-${key.alg}`, jwks: publicJwks([key]) },
      { clientId: `dpop-${key.alg}`, jwks: publicJwks([key]), dpopRequired: true },
    ]),
  )
})
afterAll(() => server.close())

function source(
  key: PrivateKey,
  kind: 'bearer' | 'dpop',
  options: Partial<TokenSourceOptions> = {},
) {
  const { org } = parseOrgUrl(server.orgUrl, { dev: true })
  const credential = {
    kind: 'service-app',
    clientId: `${kind}-${key.alg}`,
    key,
    scopes: ['okta.users.read', 'okta.groups.read'],
    ...(kind === 'dpop' ? { dpopRequired: true } : {}),
  } as const
  return new TokenSource({ org, credential, ...options })
}

describe('a real authorization server (oidc-provider)', () => {
  test.each(kinds)('gives a Bearer token for an %s key', async (_alg, key) => {
    const token = await source(key, 'bearer').token()
    expect(token).toMatchObject({
      type: 'Bearer',
      expiresInSeconds: 3600,
      scopes: ['okta.groups.read', 'okta.users.read'],
      missingScopes: [],
    })
  })

  test.each(kinds)('gives a DPoP token for an %s key, after its nonce', async (_alg, key) => {
    const before = server.seen.length
    const token = await source(key, 'dpop').token()
    expect(token.type).toBe('DPoP')
    const seen = server.seen.slice(before)
    expect(seen.length).toBe(2)
    expect(decodeJwt(seen[0]?.dpop ?? '')['nonce']).toBeUndefined()
    expect(decodeJwt(seen[1]?.dpop ?? '')['nonce']).toEqual(expect.any(String))
  })

  test('keeps its nonce: the second token costs one round trip', async () => {
    const clock = new TestClock()
    const [key] = keys
    const tokens = source(key, 'dpop', { clock })
    await tokens.token()
    const before = server.seen.length
    clock.advance(3_600_000)
    // An hour passed for the client alone: the server's own clock teaches it the time.
    await tokens.token()
    expect(server.seen.length - before).toBeLessThanOrEqual(2)
    expect(new Set(server.seen.map(({ assertion }) => decodeJwt(assertion).jti)).size).toBe(
      server.seen.length,
    )
  })

  test('takes the issuer as audience as well (RFC 7523bis)', async () => {
    const [key] = keys
    const { org, credential } = source(key, 'bearer')
    const chosen = { ...credential, assertion: { audience: 'issuer' } } as const
    const token: Token = await new TokenSource({ org, credential: chosen }).token()
    expect(token.type).toBe('Bearer')
  })

  test.each(kinds)(
    'takes an %s key that went through a file as JWK and as PEM',
    async (_alg, key) => {
      const { kid, alg } = key
      const fromJwk = await importKey(exportJwk(key).reveal())
      const fromPem = await importKey((await exportPem(key)).reveal(), { kid, alg })
      for (const imported of [fromJwk, fromPem]) {
        expect(imported.thumbprint).toBe(key.thumbprint)
        expect((await source(imported, 'bearer').token()).type).toBe('Bearer')
      }
    },
  )

  test('refuses another key under the same kid, and says no more than invalid_client', async () => {
    const [registered] = keys
    const other = await generateKey({ kid: registered.kid })
    const tokens = source(other, 'bearer')
    await expect(tokens.token()).rejects.toMatchObject({
      code: 'auth_invalid_client',
      details: { okta: { status: 401, error: 'invalid_client' } },
    })
  })

  test('binds what is sent to an API to the key that got the token', async () => {
    const [key] = keys
    const { org, credential } = source(key, 'dpop')
    const authorizer = createAuthorizer({ org, credential })
    const used = await authorizer.authorize({ method: 'GET', url: `${org}/api/v1/users` })
    const headers = used.headers.reveal()
    expect(headers['authorization']).toBe(`DPoP ${used.token?.accessToken.reveal()}`)
    expect(decodeJwt(headers['dpop'] ?? '')).toMatchObject({
      htm: 'GET',
      htu: `${org}/api/v1/users`,
      ath: expect.any(String),
    })
  })
})
