import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { DpopProver, httpUri } from '@postern/core'
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'

const now = new Date('2026-01-15T12:00:00Z')
const url = 'https://acme.okta.com/oauth2/v1/token'
const request = { method: 'POST', url, endpoint: 'token', now } as const

describe('DpopProver', () => {
  test('a proof verifies with the key in its own header and says what RFC 9449 asks for', async () => {
    const prover = await DpopProver.create()
    const proof = await prover.prove(request)
    const verified = await jwtVerify(proof.jwt, EmbeddedJWK, { typ: 'dpop+jwt', currentDate: now })
    expect(verified.payload).toEqual({
      htm: 'POST',
      htu: url,
      iat: now.getTime() / 1_000 - 10,
      jti: proof.claims.jti,
    })
    expect(verified.protectedHeader.alg).toBe('ES256')
    expect(Object.keys(verified.protectedHeader.jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    expect(await calculateJwkThumbprint(proof.header.jwk)).toBe(prover.thumbprint)
  })

  test('the access token of RFC 9449, section 7.1, gives the ath printed there', async () => {
    const prover = await DpopProver.create()
    const { claims } = await prover.prove({
      method: 'GET',
      url: 'https://resource.example.org/protectedresource',
      endpoint: 'resource',
      accessToken: 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU',
      now,
    })
    expect(claims.ath).toBe('fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo')
    expect(claims).toMatchObject({
      htm: 'GET',
      htu: 'https://resource.example.org/protectedresource',
    })
  })

  test('10,000 proofs have 10,000 jti', async () => {
    const prover = await DpopProver.create()
    const proofs = await Promise.all(Array.from({ length: 10_000 }, () => prover.prove(request)))
    expect(new Set(proofs.map(({ jwt }) => decodeJwt(jwt).jti)).size).toBe(10_000)
  })

  test('the private key cannot be reached, printed or exported', async () => {
    const generated: CryptoKey[] = []
    const { subtle } = crypto
    const generateKey = subtle.generateKey.bind(subtle)
    subtle.generateKey = (async (...args: Parameters<typeof generateKey>) => {
      const keys = await generateKey(...args)
      if ('privateKey' in keys) generated.push(keys.privateKey)
      return keys
    }) as typeof subtle.generateKey
    const prover = await DpopProver.create().finally(() => {
      Reflect.deleteProperty(subtle, 'generateKey')
    })
    const [key] = generated
    expect(key?.extractable).toBe(false)
    await expect(subtle.exportKey('jwk', key as CryptoKey)).rejects.toThrow(/not extractable/i)
    expect(inspect(prover, { showHidden: true, depth: 9 })).not.toMatch(/CryptoKey|"d"/)
    expect(JSON.stringify(prover)).toBe(JSON.stringify({ thumbprint: prover.thumbprint }))
  })

  test('each prover has a key of its own', async () => {
    const [one, other] = await Promise.all([DpopProver.create(), DpopProver.create()])
    expect(one.thumbprint).not.toBe(other.thumbprint)
  })

  test('a nonce is remembered for its origin and kind of endpoint, and for no other', async () => {
    const prover = await DpopProver.create()
    const headers = new Headers({ 'dpop-nonce': 'nonce-1' })
    expect(prover.learnNonce(request, headers)).toBe(true)
    expect(prover.learnNonce(request, headers)).toBe(false)
    expect((await prover.prove(request)).claims.nonce).toBe('nonce-1')
    const elsewhere = { ...request, url: 'https://beta.okta.com/oauth2/v1/token' }
    expect((await prover.prove(elsewhere)).claims.nonce).toBeUndefined()
    const resource = { ...request, endpoint: 'resource' } as const
    expect((await prover.prove(resource)).claims.nonce).toBeUndefined()
  })

  test.each(['', 'a b', 'ü', 'x'.repeat(1_025)])(
    'the nonce %j is not one RFC 9449 allows, and is not kept',
    async (nonce) => {
      const prover = await DpopProver.create()
      const headers = { get: () => nonce } as unknown as Headers
      expect(prover.learnNonce(request, headers)).toBe(false)
      expect(prover.nonce(request)).toBeUndefined()
    },
  )

  test('ath is the SHA-256 of the token, computed here by another library', async () => {
    const prover = await DpopProver.create()
    const accessToken = 'TEST.ACCESS.TOKEN'
    const { claims } = await prover.prove({ ...request, accessToken })
    expect(claims.ath).toBe(createHash('sha256').update(accessToken).digest('base64url'))
  })
})

describe('httpUri', () => {
  test.each([
    [
      'https://acme.okta.com/api/v1/users?limit=200&q=a%20b#top',
      'https://acme.okta.com/api/v1/users',
    ],
    ['https://ACME.okta.com:443/api/v1/groups', 'https://acme.okta.com/api/v1/groups'],
    [
      'https://acme.okta.com/api/v1/users/a.b%40acme.example',
      'https://acme.okta.com/api/v1/users/a.b@acme.example',
    ],
    ['https://acme.okta.com/api/v1/users/a%20b', 'https://acme.okta.com/api/v1/users/a%20b'],
    ['https://acme.okta.com/api/v1/users/100%25', 'https://acme.okta.com/api/v1/users/100%25'],
    ['https://acme.okta.com/api/v1/users/%22%23', 'https://acme.okta.com/api/v1/users/%22%23'],
    ['https://acme.okta.com/api/v1/users/%C3%A9', 'https://acme.okta.com/api/v1/users/é'],
    ['https://acme.okta.com/api/v1/users/%ff', 'https://acme.okta.com/api/v1/users/%ff'],
    ['http://127.0.0.1:7711/oauth2/v1/token', 'http://127.0.0.1:7711/oauth2/v1/token'],
  ])('%s is named as %s, the form Okta compares', (requested, expected) => {
    expect(httpUri(requested)).toBe(expected)
  })
})
