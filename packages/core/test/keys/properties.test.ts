import { createHash, type KeyObject } from 'node:crypto'
import { exportJwk, exportPem, importKey, KeyError, publicJwks } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { der, ecKey, jwk, pem, publicJwk, rsaPool, trustPrimes } from './pool.ts'

const source = fc.oneof(
  fc.constantFrom(...rsaPool()),
  // A new EC key for every run: they are cheap.
  fc.constantFrom('P-256', 'P-384', 'P-521').map((crv) => ecKey(crv)),
)
const toBase64 = (text: string) => Buffer.from(text).toString('base64')
const own = (key: KeyObject) => (key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1')

/** What a key is written in. */
const writings: readonly ((key: KeyObject) => string)[] = [
  (key) => pem(key),
  (key) => pem(key, own(key)),
  (key) => JSON.stringify(jwk(key)),
  (key) => JSON.stringify(jwk(key), null, 2),
  (key) => JSON.stringify({ keys: [publicJwk(key), jwk(key)] }),
]

/** What happens to a text on its way. */
const journeys: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => `\ufeff${text}`,
  (text) => `\n\n  ${text}\n\n`,
  (text) => `\`\`\`\n${text}\n\`\`\``,
  (text) => `"${text}"`,
  (text) => `'${text}'`,
  (text) => JSON.stringify(text),
  (text) => toBase64(text),
  (text) => toBase64(text).replaceAll(/.{64}/g, '$&\n'),
  (text) => `OKTA_KEY='${text}'`,
  (text) => text.replaceAll('\n', '\n\t'),
  (text) => text.replaceAll('\n', '\u200b\n'),
]

// Arithmetic is tested elsewhere; here a key that is not proven prime is as good.
const options = { isProbablePrime: trustPrimes }

describe('any generated key', () => {
  test('comes out of any writing and any journey as the same key', async () => {
    await fc.assert(
      fc.asyncProperty(
        source,
        fc.constantFrom(...writings),
        fc.constantFrom(...journeys),
        async (key, write, travel) => {
          const imported = await importKey(travel(write(key)), options)
          expect(imported.thumbprint).toBe(thumbprintOf(key))
        },
      ),
      { numRuns: 600 },
    )
  })

  test('survives export and import as JWK and as PEM', async () => {
    await fc.assert(
      fc.asyncProperty(source, fc.string({ minLength: 1, maxLength: 40 }), async (key, name) => {
        const kid = name.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '') || 'kid'
        const imported = await importKey(pem(key), { ...options, kid })
        const fromJwk = await importKey(exportJwk(imported).reveal(), options)
        expect(fromJwk.publicJwk).toEqual(imported.publicJwk)
        const fromPem = await importKey((await exportPem(imported)).reveal(), { ...options, kid })
        expect(fromPem.publicJwk).toEqual(imported.publicJwk)
      }),
      { numRuns: 150 },
    )
  })

  test('has a public export without a private member, and the thumbprint of an independent computation', async () => {
    await fc.assert(
      fc.asyncProperty(source, async (key) => {
        const imported = await importKey(pem(key), options)
        const { keys } = publicJwks([imported])
        const members = imported.kty === 'RSA' ? ['n', 'e'] : ['crv', 'x', 'y']
        expect(keys.map((publicKey) => Object.keys(publicKey).toSorted())).toEqual([
          ['kty', 'kid', 'alg', 'use', ...members].toSorted(),
        ])
        expect(imported.thumbprint).toBe(thumbprintOf(key))
      }),
      { numRuns: 150 },
    )
  })
})

describe('a key with one byte changed', () => {
  const accepted = async (input: string | Uint8Array) => {
    try {
      return await importKey(input, options)
    } catch (error) {
      expect(error).toBeInstanceOf(KeyError)
      return undefined
    }
  }

  test('in its DER is refused, or is the same key', async () => {
    await fc.assert(
      fc.asyncProperty(
        source,
        fc.boolean(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (key, isOwn, position, change) => {
          const bytes = Uint8Array.from(der(key, isOwn ? own(key) : 'pkcs8'))
          const at = position % bytes.length
          bytes[at] = (bytes[at] ?? 0) ^ change
          const imported = await accepted(bytes)
          if (imported !== undefined) expect(imported.thumbprint).toBe(thumbprintOf(key))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('in a member of its JWK is refused, or is the same key', async () => {
    await fc.assert(
      fc.asyncProperty(
        source,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (key, choice, position, change) => {
          const source = Object.entries(jwk(key)).filter(
            ([name]) => name !== 'kty' && name !== 'crv',
          )
          const [name = '', value] = source[choice % source.length] ?? []
          const bytes = Buffer.from(String(value), 'base64url')
          const at = position % bytes.length
          bytes[at] = (bytes[at] ?? 0) ^ change
          const changed = { ...jwk(key), [name]: bytes.toString('base64url') }
          expect(await accepted(JSON.stringify(changed))).toBeUndefined()
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

/** RFC 7638 by hand, from what node:crypto says the public half is. */
function thumbprintOf(key: KeyObject): string {
  const { kty, n, e, crv, x, y } = publicJwk(key)
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
