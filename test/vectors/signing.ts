/** @module What vectors are made with: signatures of any bytes, RSA blocks and ECDSA numbers of any kind. */

import {
  constants,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  sign as signBytes,
} from 'node:crypto'

/** The algorithms that are verified anywhere. */
export const verifiedAlgs = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const

/** One of them. */
export type VerifiedAlg = (typeof verifiedAlgs)[number]

/** Who signs, and what. */
export interface Signing {
  readonly alg: VerifiedAlg
  readonly key: KeyObject
  /** Of the same kind, and known to nobody. */
  readonly otherKey: KeyObject
  /** A header and claims that would be taken. */
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** A compact JWS, and whether it is to be taken. */
export interface SignatureVector {
  readonly name: string
  /** `either` where the RFCs leave it open, and nothing is forged by it. */
  readonly result: 'valid' | 'invalid' | 'either'
  make(signing: Signing): string
}

/** Base64url of text, of bytes, or of anything else as JSON. */
export function encode(value: unknown): string {
  const plain = typeof value === 'string' || value instanceof Uint8Array
  return Buffer.from(plain ? value : JSON.stringify(value)).toString('base64url')
}

/** The two parts that a good one signs. */
export function signedPart({ header, claims }: Signing): string {
  return `${encode(header)}.${encode(claims)}`
}

/** A signature of a text by the algorithm, as JWS has it. */
export function signatureOf(
  text: string | Uint8Array,
  { alg, key }: Pick<Signing, 'alg' | 'key'>,
): Buffer {
  const how = alg.startsWith('ES')
    ? ({ key, dsaEncoding: 'ieee-p1363' } as const)
    : { key, padding: constants.RSA_PKCS1_PADDING }
  return signBytes(hashOf(alg), Buffer.from(text), how)
}

/** The name that Node gives the hash of an algorithm. */
export function hashOf(alg: string): string {
  return `sha${alg.slice(2)}`
}

/** A JWS of parts as they are, signed. */
export function sign(signing: Signing, head: string, payload = encode(signing.claims)): string {
  const text = `${head}.${payload}`
  return `${text}.${signatureOf(text, signing).toString('base64url')}`
}

/** A good one with another signature. */
export function withSignature(signing: Signing, signature: Uint8Array | string): string {
  const text = typeof signature === 'string' ? signature : encode(signature)
  return `${signedPart(signing)}.${text}`
}

/** A good one whose signature begins or ends as it must: signed again, with other claims, until it does. */
export function signUntil(
  signing: Signing,
  holds: (signature: Buffer) => boolean,
): { readonly signed: string; readonly signature: Buffer } {
  for (let round = 0; round < 20_000; round++) {
    const signed = signedPart({ ...signing, claims: { ...signing.claims, round } })
    const signature = signatureOf(signed, signing)
    if (holds(signature)) return { signed, signature }
  }
  throw new Error('No signature was as it has to be.')
}

/** What raising a block to the private exponent gives: the signature that unpacks to that block. */
export function rsaOf(block: Uint8Array, key: KeyObject): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block)
}

/** The modulus of an RSA key. */
export function modulusOf(key: KeyObject): bigint {
  return numberOf(Buffer.from(String(publicJwkOf(key)['n']), 'base64url'))
}

/** The public half of a key. */
export function publicJwkOf(key: KeyObject): Readonly<Record<string, unknown>> {
  return { ...createPublicKey(key).export({ format: 'jwk' }) }
}

/** Big-endian bytes as a number. */
export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
}

/** A number as so many bytes, or as many as it takes. */
export function bytesOf(value: bigint, length: number): Buffer {
  const hex = value.toString(16)
  const even = hex.padStart(hex.length + (hex.length % 2), '0')
  return Buffer.from(even.padStart(2 * length, '0'), 'hex')
}
