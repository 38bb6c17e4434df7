/** @module Key sets in the classes of Wycheproof's for JSON Web Keys, and what is to be thought of each. */

import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { loadCases } from '../bad-inputs/load.mjs'
import { plainBlock } from './rsa-vectors.ts'
import { encode, hashOf, type Signing, sign, type VerifiedAlg, withSignature } from './signing.ts'

/** A JWK of any kind. */
export type AnyJwk = Readonly<Record<string, unknown>>

/** `either` where the RFCs leave it open, or where whoever publishes such a key harms themselves alone. */
export type KeyResult = 'valid' | 'invalid' | 'either'

/** A key set, and a signature by one of its keys. */
export interface KeyVector {
  readonly name: string
  readonly alg: string
  /** As it is pasted, where somebody has its private half; and what becomes of that. */
  readonly pasted?: { readonly text: string; readonly result: KeyResult }
  /** As it is published, and whether a signature of {@link signWith} is to be taken with it. */
  readonly published?: { readonly keys: unknown; readonly result: KeyResult }
  signWith(signing: Pick<Signing, 'claims' | 'header'>): string
}

const KID = 'vector'
const pairs = new Map<string, KeyObject>()

/** One key of each kind for a run; another with another name. */
function pairOf(alg: string, name = 'own'): KeyObject {
  const known = pairs.get(alg + name)
  if (known !== undefined) return known
  const namedCurve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg]
  const key =
    namedCurve === undefined
      ? generateKeyPairSync('rsa', { modulusLength: alg === 'RS1024' ? 1_024 : 2_048 }).privateKey
      : generateKeyPairSync('ec', { namedCurve }).privateKey
  pairs.set(alg + name, key)
  return key
}

const privateOf = (alg: string, name?: string): AnyJwk => ({
  kid: KID,
  use: 'sig',
  alg: alg.startsWith('RS') ? 'RS256' : alg,
  ...pairOf(alg, name).export({ format: 'jwk' }),
})

const privateMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])

function publicOf(jwk: AnyJwk): AnyJwk {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => !privateMembers.has(name)))
}

/** A vector of one key, pasted and published, with members in the place of its own. */
function changed(
  name: string,
  alg: VerifiedAlg,
  members: AnyJwk,
  results: { readonly pasted: KeyResult; readonly published: KeyResult },
): KeyVector {
  const jwk = { ...privateOf(alg), ...members }
  return {
    ...of(name, alg),
    pasted: { text: JSON.stringify({ keys: [jwk] }), result: results.pasted },
    published: { keys: [publicOf(jwk)], result: results.published },
  }
}

function of(
  name: string,
  alg: string,
  key = pairOf(alg),
): Pick<KeyVector, 'name' | 'alg' | 'signWith'> {
  const real = (alg.startsWith('RS') ? 'RS256' : alg) as VerifiedAlg
  return {
    name,
    alg: real,
    signWith: ({ claims, header }) =>
      sign(
        { alg: real, key, otherKey: key, header, claims },
        encode({ ...header, alg: real, kid: KID }),
        encode(claims),
      ),
  }
}

const bad = { pasted: 'invalid', published: 'invalid' } as const
const ownBusiness = { pasted: 'invalid', published: 'either' } as const
const fine = { pasted: 'valid', published: 'valid' } as const

/** Every vector. */
export function keyVectors(): readonly KeyVector[] {
  const ec = privateOf('ES256')
  const rsa = privateOf('RS256')
  const text = (name: 'x' | 'y' | 'd') => Buffer.from(String(ec[name]), 'base64url')
  const zeroFirst = (bytes: Buffer) => Buffer.concat([Buffer.of(0), bytes]).toString('base64url')
  const withBit = (bytes: Buffer) => {
    const other = Buffer.from(bytes)
    other.writeUInt8((other.at(-1) ?? 0) ^ 1, other.length - 1)
    return other.toString('base64url')
  }
  const second: AnyJwk = { ...privateOf('ES256', 'second'), kid: 'second' }
  const own = { pasted: { text: JSON.stringify(ec), result: 'valid' as const } }
  const published = (keys: unknown, result: KeyResult) => ({ published: { keys, result } })
  return [
    ...(['RS256', 'ES256', 'ES384', 'ES512'] as const).map((alg) =>
      changed(`a good key for ${alg}`, alg, {}, fine),
    ),
    {
      ...of('two good keys, told apart by their kids', 'ES256'),
      ...published([second, ec].map(publicOf), 'valid'),
    },
    {
      ...of('two keys of one kid', 'ES256'),
      pasted: { text: JSON.stringify({ keys: [ec, { ...second, kid: KID }] }), result: 'invalid' },
      ...published([ec, { ...second, kid: KID }].map(publicOf), 'invalid'),
    },
    {
      ...of('a secret and a key of one kid', 'ES256'),
      ...published(
        [{ kty: 'oct', k: encode('secret of thirty-two bytes, here'), kid: KID }, publicOf(ec)],
        'either',
      ),
    },
    {
      ...of('a key of another kid', 'ES256'),
      ...published([{ ...publicOf(ec), kid: 'other' }], 'invalid'),
    },
    {
      ...of('another key of that kid', 'ES256'),
      ...published([{ ...publicOf(second), kid: KID }], 'invalid'),
    },
    ...secrets(ec),
    changed('a key for encryption (use)', 'RS256', { use: 'enc' }, bad),
    changed('a key for encryption (use and alg)', 'RS256', { use: 'enc', alg: 'RSA1_5' }, bad),
    changed(
      'a key for encryption (key_ops)',
      'ES256',
      { use: undefined, key_ops: ['encrypt', 'deriveKey'] },
      bad,
    ),
    changed('an algorithm that there is none of', 'ES256', { alg: 'ES224' }, bad),
    changed('an algorithm of another curve', 'ES256', { alg: 'ES512' }, bad),
    changed('an algorithm of another kind of key', 'RS256', { alg: 'ES256' }, bad),
    changed('an algorithm with a secret', 'RS256', { alg: 'HS256' }, bad),
    changed('a point that is not on the curve', 'ES256', { y: withBit(text('y')) }, bad),
    changed('the point of another key', 'ES256', { x: second['x'], y: second['y'] }, bad),
    changed(
      'the point zero',
      'ES256',
      { x: encode(Buffer.alloc(32)), y: encode(Buffer.alloc(32)) },
      bad,
    ),
    changed('a point without y', 'ES256', { y: undefined }, bad),
    changed('the curve P-384 for a point of P-256', 'ES256', { crv: 'P-384' }, bad),
    changed('the curve secp256k1', 'ES256', { crv: 'secp256k1' }, bad),
    changed('no curve', 'ES256', { crv: undefined }, bad),
    changed('the type RSA for a point', 'ES256', { kty: 'RSA' }, bad),
    changed('the type EC for a modulus', 'RS256', { kty: 'EC' }, bad),
    changed('the type OKP', 'ES256', { kty: 'OKP', crv: 'Ed25519' }, bad),
    changed('no type', 'ES256', { kty: undefined }, bad),
    changed('a coordinate that is a number', 'ES256', { x: 7 }, bad),
    changed(
      'a coordinate with a zero before it',
      'ES256',
      { x: zeroFirst(text('x')) },
      ownBusiness,
    ),
    changed(
      'a private number of zero',
      'ES256',
      { d: encode(Buffer.alloc(32)) },
      { ...fine, pasted: 'invalid' },
    ),
    changed(
      'a private number above the order',
      'ES256',
      { d: encode(Buffer.alloc(32, 0xff)) },
      { ...fine, pasted: 'invalid' },
    ),
    changed(
      'the private number of another key',
      'ES256',
      { d: withBit(text('d')) },
      { ...fine, pasted: 'invalid' },
    ),
    changed('no private number', 'ES256', { d: undefined }, { ...fine, pasted: 'invalid' }),
    exponentOne(),
    changed('an even exponent', 'RS256', { e: 'AQAA' }, bad),
    changed('no exponent', 'RS256', { e: undefined }, bad),
    changed(
      'an even modulus',
      'RS256',
      { n: withBit(Buffer.from(String(rsa['n']), 'base64url')) },
      bad,
    ),
    changed('a modulus of zero', 'RS256', { n: 'AA' }, bad),
    changed('no modulus', 'RS256', { n: undefined }, bad),
    changed(
      'a modulus with a zero before it',
      'RS256',
      { n: zeroFirst(Buffer.from(String(rsa['n']), 'base64url')) },
      { pasted: 'either', published: 'either' },
    ),
    small(),
    ...(['key-060', 'key-061'] as const).map(weak),
    {
      ...of('no key at all', 'ES256'),
      pasted: { text: '{"keys":[]}', result: 'invalid' },
      ...published([], 'invalid'),
    },
    { ...of('keys that are no list', 'ES256'), ...published(publicOf(ec), 'invalid') },
    { ...of('a list with null in it', 'ES256'), ...published([null], 'invalid') },
    { ...of('a list of texts', 'ES256'), ...published([JSON.stringify(publicOf(ec))], 'invalid') },
    {
      ...of('a member twice', 'ES256'),
      pasted: { text: JSON.stringify(ec).replace('{', '{"d":"AAAA",'), result: 'invalid' },
    },
    { ...of('a private key as it is', 'ES256'), ...own },
  ]
}

/** Short, empty and public secrets: a signature with HMAC is never one of a public key. */
function secrets(ec: AnyJwk): readonly KeyVector[] {
  const texts = {
    'a secret': 'secret of thirty-two bytes, here',
    'a short secret': 'short',
    'an empty secret': '',
  }
  return Object.entries(texts).map(([name, secret]) => {
    const jwk = { kty: 'oct', k: encode(secret), kid: KID, alg: 'HS256', use: 'sig' }
    return {
      name: `${name}, with which it is signed`,
      alg: String(ec['alg']),
      pasted: { text: JSON.stringify({ keys: [jwk] }), result: 'invalid' as const },
      published: { keys: [jwk], result: 'invalid' as const },
      signWith: ({ claims, header }) => {
        const signed = `${encode({ ...header, alg: 'HS256', kid: KID })}.${encode(claims)}`
        return `${signed}.${createHmac(hashOf('HS256'), secret).update(signed).digest('base64url')}`
      },
    }
  })
}

/** Everybody can sign for it: the signature is the padded hash. */
function exponentOne(): KeyVector {
  const vector = changed('the exponent 1', 'RS256', { e: 'AQ' }, bad)
  const key = pairOf('RS256')
  return {
    ...vector,
    signWith: ({ claims, header }) => {
      const named = { ...header, alg: 'RS256', kid: KID }
      const signing = { alg: 'RS256', key, otherKey: key, header: named, claims } as const
      return withSignature(signing, plainBlock(signing))
    },
  }
}

function small(): KeyVector {
  const jwk = privateOf('RS1024')
  return {
    ...of('RSA of 1024 bits', 'RS1024'),
    pasted: { text: JSON.stringify(jwk), result: 'invalid' },
    published: { keys: [publicOf(jwk)], result: 'invalid' },
  }
}

/** Keys of the corpus with which anybody can sign who sees the public half: refused where they would be ours. */
function weak(id: string): KeyVector {
  const found = loadCases().find((one) => one.id === id)
  const text = Object(found?.input).text
  return {
    ...of(`${found?.title}`, 'RS256'),
    pasted: { text, result: 'invalid' },
  }
}
