import { inspect } from 'node:util'
import {
  AssertionError,
  type AssertionOptions,
  checkAssertionOptions,
  explainAssertion,
  signAssertion,
} from '@postern/core'
import fc from 'fast-check'
import { decodeJwt, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { testSigner } from '../../../../test/test-signer.ts'

const subject = {
  clientId: '0oaTEST0000000000Tst',
  tokenUrl: 'https://acme.okta.com/oauth2/v1/token',
  issuerUrl: 'https://acme.okta.com',
}
const now = new Date('2026-01-15T12:00:00.900Z')
const nowSeconds = Date.parse('2026-01-15T12:00:00Z') / 1_000
const signer = await testSigner('kid-1')

describe('signAssertion', () => {
  test('signs the claims Okta asks for, for the token URL and no other audience', async () => {
    const assertion = await signAssertion(signer, { ...subject, now, randomUUID: () => 'jti-1' })
    const verified = await jwtVerify(assertion.jwt.reveal(), signer.publicKey, { currentDate: now })
    expect(verified.protectedHeader).toEqual({ alg: 'ES256', kid: 'kid-1', typ: 'JWT' })
    expect(verified.payload).toEqual({
      iss: subject.clientId,
      sub: subject.clientId,
      aud: subject.tokenUrl,
      iat: nowSeconds - 30,
      exp: nowSeconds + 240,
      jti: 'jti-1',
    })
  })

  test('every assertion has a jti of its own', async () => {
    const jtis = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const { jwt } = await signAssertion(signer, subject)
        return decodeJwt(jwt.reveal()).jti
      }),
    )
    expect(new Set(jtis).size).toBe(200)
  })

  test('the issuer as audience is a choice (RFC 7523bis), and still the same org', async () => {
    const { claims } = await signAssertion(signer, { ...subject, audience: 'issuer' })
    expect(claims.aud).toBe(subject.issuerUrl)
  })

  test('issuer, subject, lifetime and additional claims can be chosen (mission 4.7, 4.8)', async () => {
    const options: AssertionOptions = {
      issuer: 'iss-1',
      subject: 'sub-1',
      lifetimeSeconds: 3600,
      additionalClaims: { tenant: 'acme', roles: ['a'] },
    }
    const { claims } = await signAssertion(signer, { ...subject, ...options, now })
    expect(claims).toMatchObject({ iss: 'iss-1', sub: 'sub-1', tenant: 'acme', roles: ['a'] })
    expect(claims.exp).toBe(nowSeconds + 3600)
  })

  test.each([0, -1, 3601, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'a lifetime of %s seconds is refused',
    async (lifetimeSeconds) => {
      const signing = signAssertion(signer, { ...subject, lifetimeSeconds })
      await expect(signing).rejects.toMatchObject({ code: 'assertion_lifetime' })
    },
  )

  test.each(['iss', 'sub', 'aud', 'iat', 'exp', 'nbf', 'jti'])(
    'the computed claim %s cannot be given as an additional one',
    async (name) => {
      const signing = signAssertion(signer, { ...subject, additionalClaims: { [name]: 'x' } })
      await expect(signing).rejects.toMatchObject({
        code: 'assertion_claim',
        details: { claim: name },
      })
    },
  )

  test('no additional claim changes who the assertion is from, for whom, or for how long', async () => {
    const claims = fc.dictionary(fc.string(), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(claims, async (additionalClaims) => {
        const options = { ...subject, additionalClaims, now, randomUUID: () => 'jti-1' }
        const signed = await signAssertion(signer, options as never).catch((error) => error)
        if (signed instanceof AssertionError) return
        const payload = decodeJwt(signed.jwt.reveal())
        expect(payload).toMatchObject({ iss: subject.clientId, sub: subject.clientId })
        expect(payload.aud).toBe(subject.tokenUrl)
        expect(payload.exp).toBe(nowSeconds + 240)
        expect(payload.jti).toBe('jti-1')
      }),
    )
  })
})

describe('checkAssertionOptions', () => {
  test('a lifetime near the hour is allowed and warned of', () => {
    expect(checkAssertionOptions({ lifetimeSeconds: 3300 })).toEqual([])
    expect(checkAssertionOptions({ lifetimeSeconds: 3301 })).toMatchObject([
      { code: 'assertion_lifetime_long' },
    ])
  })

  test('an issuer that is not the client is allowed and warned of', () => {
    expect(checkAssertionOptions({ issuer: 'someone' })).toMatchObject([
      { code: 'assertion_not_own_client' },
    ])
  })

  test.each(['', 'a\nb', 'é', 'x'.repeat(256)])('the issuer %j is refused', (issuer) => {
    expect(() => checkAssertionOptions({ issuer })).toThrow(
      expect.objectContaining({ code: 'assertion_claim' }),
    )
  })
})

describe('explainAssertion', () => {
  test('shows header and claims, with the signature cut (mission 1.8)', async () => {
    const assertion = await signAssertion(signer, { ...subject, now })
    const signature = assertion.jwt.reveal().split('.')[2] ?? ''
    const explained = explainAssertion(assertion)
    expect(explained.header.kid).toBe('kid-1')
    expect(explained.claims.aud).toBe(subject.tokenUrl)
    expect(decodeJwt(explained.text)).toEqual(explained.claims)
    expect(JSON.stringify(explained)).not.toContain(signature)
    expect(inspect(assertion, { depth: 9, showHidden: true })).not.toContain(signature)
  })
})
