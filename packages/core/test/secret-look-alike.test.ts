import { describe, expect, test } from 'vitest'
import { checkAssertionOptions, parseScopes, secretLookAlike, validateKid } from '../src/index.ts'

// Shaped like secrets, and none.
const PEM =
  '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIB\n-----END PRIVATE KEY-----'
const JWK = '{ "kty": "EC", "crv": "P-256", "d": "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4" }'
const TOKEN = '00abcdefghijklmnopqrstuvwxyz0123456789ABCD'
const SECRETS = [
  ['a PEM', PEM],
  ['a PEM on one line, as a field of one line makes it', PEM.replaceAll('\n', '')],
  ['a PEM with its line breaks written out', PEM.replaceAll('\n', '\\n')],
  ['an RSA PEM', PEM.replaceAll('PRIVATE', 'RSA PRIVATE')],
  ['a PEM in base64', btoa(PEM)],
  ['a JWK', JWK],
  ['a JWK in JSON', JSON.stringify({ key: JWK })],
  ['a JWK in base64', btoa(JWK.replaceAll(' ', ''))],
  ['an API token', TOKEN],
  ['an API token as it is sent', `SSWS ${TOKEN}`],
] as const

describe('a secret in the place of something else', () => {
  test.each(SECRETS)('is recognised: %s', (_title, secret) => {
    expect(secretLookAlike(secret)).toBeDefined()
    expect(secretLookAlike(`It is ${secret}, and more.`)).toBeDefined()
  })

  test.each(SECRETS)('is refused where it would be sent or published: %s', (_title, secret) => {
    const deeds = [
      () => validateKid(secret),
      () => parseScopes(secret, { customAuthorizationServer: true }),
      () => parseScopes([secret], { customAuthorizationServer: true }),
      () => checkAssertionOptions({ issuer: secret }),
      () => checkAssertionOptions({ subject: secret }),
      () => checkAssertionOptions({ additionalClaims: { about: { deeper: [secret] } } }),
    ]
    for (const deed of deeds) {
      expect(deed).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/looks like|character|control/) }),
      )
    }
  })

  test('is refused as the claims that a JWK becomes', () => {
    const additionalClaims = { key: JSON.parse(JWK) }
    expect(() => checkAssertionOptions({ additionalClaims })).toThrow(
      expect.objectContaining({ code: 'assertion_claim' }),
    )
  })

  test.each([
    'The connection of the payroll team, for reading users.',
    'Uuv1qfVtZ4dVpGbnHGqoOFm_zQmL4mSmFyyKGWtyxD4',
    '5f1d7a84db00d2fce00d5c5f0bd3a8b0e7c29a2b9f2f5c5a4d9a8e7c6b5a4f3e',
    '0oa1b2c3d4e5f6g7h8i9',
    '{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx","e":"AQAB"}',
    '{"d":"short","p":7}',
    '-----BEGIN PUBLIC KEY-----',
  ])('is not seen in %s', (text) => {
    expect(secretLookAlike(text)).toBeUndefined()
  })
})
