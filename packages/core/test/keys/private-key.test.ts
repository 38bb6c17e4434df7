import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import { inspect } from 'node:util'
import {
  exportJwk,
  exportPem,
  generateKey,
  importKey,
  KeyError,
  type PrivateKey,
  publicJwks,
  validateKid,
} from '@postern/core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { ecKey, jwk, nodePrimeTest, pem, refusal, rsaKey } from './pool.ts'

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const

describe.each([
  ['RSA', rsaKey()],
  ['EC', ecKey()],
])('a private %s key never shows its private half', (_kty, source) => {
  const privateJwk: JsonWebKey = jwk(source)
  const secrets = PRIVATE_MEMBERS.flatMap((member) => canaries(privateJwk[member]))
  let key: PrivateKey
  beforeAll(async () => {
    key = await importKey(pem(source), { kid: 'kid-1', isProbablePrime: nodePrimeTest })
  })

  test.each<[string, () => unknown]>([
    ['util.inspect', () => inspect(key, { depth: 20, showHidden: true, getters: true })],
    ['util.inspect of what holds it', () => inspect({ a: [key] }, { depth: 20, showHidden: true })],
    ['JSON', () => JSON.stringify(key)],
    ['spread', () => inspect({ ...key }, { depth: 20, showHidden: true })],
    ['Object.assign', () => JSON.stringify(Object.assign({}, key))],
    [
      'structuredClone',
      () => inspect(structuredClone({ ...key }), { depth: 20, showHidden: true }),
    ],
    ['a template literal', () => `${key}`],
    ['an error message', () => inspect(new Error(`failed with ${key}`))],
    ['an error property', () => inspect(Object.assign(new Error('x'), { key }), { depth: 20 })],
    ['its public JWK', () => JSON.stringify(key.publicJwk)],
    ['its key set', () => JSON.stringify(publicJwks([key]))],
    ['the exported JWK', () => inspect(exportJwk(key), { showHidden: true })],
    [
      'its property names',
      () => inspect(Object.getOwnPropertyDescriptors(key), { depth: 20, showHidden: true }),
    ],
  ])('%s', (_way, show) => {
    const shown = String(show())
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
  })

  test('its public JWK has the members Okta is given, and no other', () => {
    const members = key.kty === 'RSA' ? ['kty', 'n', 'e'] : ['kty', 'crv', 'x', 'y']
    expect(Object.keys(key.publicJwk)).toEqual([...members, 'kid', 'alg', 'use'])
    expect(key.publicJwk).toMatchObject({ kid: 'kid-1', use: 'sig', alg: key.alg })
  })

  test('its exported JWK is the whole key with kid, alg and use', () => {
    const exported: unknown = JSON.parse(exportJwk(key).reveal())
    expect(exported).toEqual({ ...privateJwk, kid: 'kid-1', alg: key.alg, use: 'sig' })
  })

  test('its exported PEM is PKCS#8 that OpenSSL reads, in lines of 64 characters', async () => {
    const text = (await exportPem(key)).reveal()
    expect(createPrivateKey(text).export({ format: 'jwk' })).toEqual(privateJwk)
    const lines = text.split('\n')
    expect(lines.slice(1, -3).every((line) => line.length === 64)).toBe(true)
    expect([lines[0], ...lines.slice(-2)]).toEqual([
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      '',
    ])
  })

  test('is kept as a key object that cannot be exported', async () => {
    const imported = vi.spyOn(crypto.subtle, 'importKey')
    await importKey(pem(source), { isProbablePrime: nodePrimeTest })
    const signing = imported.mock.calls.filter((call) => [...call[4]].includes('sign'))
    imported.mockRestore()
    expect(signing.map((call) => call[3])).toEqual([false])
  })

  test('cannot be changed', () => {
    expect(() => Object.assign(key, { kid: 'other' })).toThrow(TypeError)
    expect(() => Object.assign(key.publicJwk, { kid: 'other' })).toThrow(TypeError)
  })
})

describe('generateKey', () => {
  test.each([
    [{}, 'RS256', 2048, undefined],
    [{ alg: 'RS512', bits: 3072 }, 'RS512', 3072, undefined],
    [{ alg: 'ES256' }, 'ES256', undefined, 'P-256'],
    [{ alg: 'ES384' }, 'ES384', undefined, 'P-384'],
    [{ alg: 'ES512' }, 'ES512', undefined, 'P-521'],
  ] as const)('%o gives a key that imports as itself', async (options, alg, bits, crv) => {
    const key = await generateKey(options)
    expect(key).toMatchObject({
      alg,
      bits,
      crv,
      kid: key.thumbprint,
      kidGiven: false,
      warnings: [],
    })
    const again = await importKey(exportJwk(key).reveal(), { isProbablePrime: nodePrimeTest })
    expect(again.publicJwk).toEqual(key.publicJwk)
  })

  test('a kid is kept as it is', async () => {
    expect(await generateKey({ alg: 'ES256', kid: 'Ünï-код 1' })).toMatchObject({
      kid: 'Ünï-код 1',
      kidGiven: true,
    })
  })

  test.each([
    [{ kid: 'a\tb' }, 'kid_invalid'],
    [{ alg: JSON.parse('"HS256"') }, 'key_alg_not_allowed'],
    [{ bits: JSON.parse('1024') }, 'key_too_small'],
    [{ bits: JSON.parse('8192') }, 'key_too_large'],
  ])('%o is refused with %s', async (options, code) => {
    await expect(generateKey(options)).rejects.toMatchObject({ code })
  })
})

describe('validateKid', () => {
  test.each(['a', 'k'.repeat(255), '🔑'.repeat(255), 'with space and "quotes"', '-_.~'])(
    'keeps %s',
    (kid) => {
      expect(validateKid(kid)).toBe(kid)
    },
  )

  test.each([
    ['', 'kid_invalid'],
    ['a\nb', 'kid_invalid'],
    ['a\u202eb', 'kid_invalid'],
    ['\ud800', 'kid_invalid'],
    ['k'.repeat(256), 'kid_too_long'],
    ['k'.repeat(10_000_000), 'kid_too_long'],
  ])('refuses %j with %s', (kid, code) => {
    expect(() => validateKid(kid)).toThrow(expect.objectContaining({ code }))
  })
})

describe('a KeyError', () => {
  test('has a code, a sentence and a remedy, and nothing of the input', async () => {
    const error = await refusal('some text that is certainly not a key of any kind')
    expect(error).toBeInstanceOf(KeyError)
    expect(error.name).toBe('KeyError')
    expect(inspect(error)).not.toContain('certainly')
  })
})

/** A secret as it may show up: base64url, base64, hex and decimal, in parts of 16 characters. */
function canaries(member: unknown): readonly string[] {
  if (typeof member !== 'string') return []
  const bytes = Buffer.from(member, 'base64url')
  const hex = bytes.toString('hex')
  const decimal = BigInt(`0x${hex}`).toString()
  return [
    member,
    bytes.toString('base64'),
    hex,
    hex.toUpperCase(),
    decimal,
    [...bytes].join(', '),
  ].map((text) => text.slice(8, 24))
}
