import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { importKey, Secret } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { der, derInteger, ecKey, jwk, refusal, rsaKey, tlv, trustPrimes, wrapPem } from './pool.ts'

const ec = ecKey()
const passphrase = 'correct horse ünïcode 🔑'

const hmacOid = {
  sha1: '2a864886f70d0207',
  sha224: '2a864886f70d0208',
  sha256: '2a864886f70d0209',
  sha384: '2a864886f70d020a',
  sha512: '2a864886f70d020b',
}
const aesOid = { 128: '608648016503040102', 192: '608648016503040116', 256: '60864801650304012a' }
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'))

/** A PBES2 key as RFC 8018 describes it, written by hand, because node:crypto offers one of its forms only. */
function encrypt(options: {
  hash?: keyof typeof hmacOid
  bits?: 128 | 192 | 256
  iterations?: number
  keyLength?: boolean
  content?: Buffer
  saltTag?: number
  ivBytes?: number
  derivationOid?: string
}): string {
  const { hash, bits = 256, iterations = 2048, keyLength = false, content = der(ec) } = options
  const { saltTag = 0x04, ivBytes = 16, derivationOid = '2a864886f70d01050c' } = options
  const salt = randomBytes(16)
  const iv = randomBytes(16)
  const key = pbkdf2Sync(
    passphrase,
    salt,
    Math.min(iterations || 1, 4096),
    bits / 8,
    hash ?? 'sha1',
  )
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, iv)
  const data = Buffer.concat([cipher.update(content), cipher.final()])
  const derivation = tlv(
    0x30,
    oid(derivationOid),
    tlv(
      0x30,
      tlv(saltTag, salt),
      derInteger(BigInt(iterations)),
      keyLength ? derInteger(BigInt(bits / 8)) : [],
      hash === undefined ? [] : tlv(0x30, oid(hmacOid[hash]), tlv(0x05)),
    ),
  )
  const scheme = tlv(0x30, oid(aesOid[bits]), tlv(0x04, iv.subarray(0, ivBytes)))
  const algorithm = tlv(0x30, oid('2a864886f70d01050d'), tlv(0x30, derivation, scheme))
  return wrapPem('ENCRYPTED PRIVATE KEY', tlv(0x30, algorithm, tlv(0x04, data)))
}

const bytesOf = (text: string) => Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')

describe('an encrypted key opens with its passphrase', () => {
  test.each([
    ['the default hash, SHA-1', {}],
    ['SHA-1 by name', { hash: 'sha1' }],
    ['SHA-256 and AES-128', { hash: 'sha256', bits: 128 }],
    ['SHA-384 and AES-192', { hash: 'sha384', bits: 192 }],
    ['SHA-512 and the length of the key', { hash: 'sha512', keyLength: true }],
  ] as const)('with %s', async (_title, options) => {
    const key = await importKey(encrypt(options), { passphrase: new Secret(passphrase) })
    expect(key.publicJwk).toMatchObject({ x: jwk(ec).x, y: jwk(ec).y })
    expect(key.warnings.map(({ code }) => code)).toEqual(['kid_derived'])
  })

  test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc'])(
    'as OpenSSL writes it with %s',
    async (cipher) => {
      const text = rsaKey().export({ type: 'pkcs8', format: 'pem', cipher, passphrase })
      const key = await importKey(text.toString(), {
        passphrase: new Secret(passphrase),
        isProbablePrime: trustPrimes,
      })
      expect(key.publicJwk).toMatchObject({ n: jwk(rsaKey()).n })
    },
  )
})

describe('an encrypted key is refused with key_encrypted', () => {
  test.each([
    ['says that no passphrase was given', encrypt({}), undefined, /no passphrase/],
    ['says that the passphrase is wrong', encrypt({}), 'wrong', /does not open/],
    ['says that an empty passphrase is wrong', encrypt({}), '', /does not open/],
    ['names a hash that is not supported', encrypt({ hash: 'sha224' }), passphrase, /hash/],
    [
      'names too many iterations',
      encrypt({ iterations: 2_000_001 }),
      passphrase,
      /iteration count/,
    ],
    ['names no iteration', encrypt({ iterations: 0 }), passphrase, /iteration count/],
    ['has its salt elsewhere', encrypt({ saltTag: 0x30 }), passphrase, /salt/],
    ['has a short vector', encrypt({ ivBytes: 15 }), passphrase, /cipher/],
    [
      'names a key derivation that is not supported',
      encrypt({ derivationOid: '2b06010401da47040b' }),
      passphrase,
      /key derivation/,
    ],
    ['is encrypted twice', encrypt({ content: bytesOf(encrypt({})) }), passphrase, /twice/],
    [
      'names a cipher that is not supported',
      ec.export({ type: 'pkcs8', format: 'pem', cipher: 'des-ede3-cbc', passphrase }).toString(),
      passphrase,
      /cipher/,
    ],
    [
      'refuses what is not a key inside',
      encrypt({ content: Buffer.from('not a key') }),
      passphrase,
      /does not open/,
    ],
    [
      'refuses a scheme of PKCS#5 version 1',
      wrapPem(
        'ENCRYPTED PRIVATE KEY',
        tlv(0x30, tlv(0x30, oid('2a864886f70d010503'), tlv(0x30)), tlv(0x04, [1])),
      ),
      passphrase,
      /scheme/,
    ],
  ])('%s', async (_title, text, given, observed) => {
    const options = given === undefined ? {} : { passphrase: new Secret(given) }
    const error = await refusal(text, options)
    expect(error.code).toBe('key_encrypted')
    expect(error.message).toMatch(observed)
    expect(JSON.stringify(error)).not.toContain(passphrase.slice(0, 12))
  })

  test('whatever wrong passphrase is tried: padding that fits by chance is noticed', async () => {
    const text = encrypt({ iterations: 1, content: der(ec) })
    const codes = await Promise.all(
      Array.from(
        { length: 1_000 },
        async (_, at) => (await refusal(text, { passphrase: new Secret(`wrong ${at}`) })).code,
      ),
    )
    expect(new Set(codes)).toEqual(new Set(['key_encrypted']))
  })

  test('keys in the old form of OpenSSL stay closed with any passphrase', async () => {
    const text = ec.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase })
    const error = await refusal(text.toString(), { passphrase: new Secret(passphrase) })
    expect(error.code).toBe('key_encrypted')
    expect(error.message).toMatch(/Proc-Type/)
  })
})
