/** @module Compact JSON Web Signatures: taken apart, and checked against a public key. */

import {
  constants,
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { isJsonObject, type JsonObject } from '../json.ts'

/** A signed JWT taken apart; nothing in it is proven. */
export interface Jws {
  readonly header: JsonObject
  readonly claims: JsonObject
  /** What the signature is over. */
  readonly signed: Buffer
  readonly signature: Buffer
}

interface Algorithm {
  readonly hash: string
  readonly keyType: 'rsa' | 'ec'
  /** The name that OpenSSL gives the curve. */
  readonly curve?: string
}

const algorithms: Readonly<Record<string, Algorithm>> = {
  RS256: { hash: 'sha256', keyType: 'rsa' },
  RS384: { hash: 'sha384', keyType: 'rsa' },
  RS512: { hash: 'sha512', keyType: 'rsa' },
  ES256: { hash: 'sha256', keyType: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', keyType: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', keyType: 'ec', curve: 'secp521r1' },
}

/** The algorithms that Okta takes for assertions and proofs. */
export const signingAlgs: readonly string[] = Object.keys(algorithms)

const hmacHashes: Readonly<Record<string, string>> = {
  HS256: 'sha256',
  HS384: 'sha384',
  HS512: 'sha512',
}

/** The members of a JWK that a private or symmetric key has and a public one has not. @see RFC 7518, section 6 */
export const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** Takes a compact JWS apart; undefined where it is none, or names an extension (`crit`) that nobody here knows. */
export function parseJws(text: string): Jws | undefined {
  const [head = '', payload = '', signature, ...rest] = text.split('.')
  if (signature === undefined || rest.length > 0) return undefined
  const header = parsePart(head)
  const claims = parsePart(payload)
  if (header === undefined || claims === undefined || header['crit'] !== undefined) return undefined
  const bytes = parseBase64url(signature)
  if (bytes === undefined) return undefined
  return { header, claims, signed: Buffer.from(`${head}.${payload}`), signature: bytes }
}

// Node reads past what is no base64url, so one signature would have many texts.
function parseBase64url(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

function parsePart(part: string): JsonObject | undefined {
  const bytes = parseBase64url(part)
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether an algorithm is one of {@link signingAlgs}. */
export function isSigningAlg(alg: unknown): alg is string {
  return typeof alg === 'string' && Object.hasOwn(algorithms, alg)
}

/** Whether an algorithm makes its signature with a shared secret. */
export function isHmacAlg(alg: unknown): alg is string {
  return typeof alg === 'string' && Object.hasOwn(hmacHashes, alg)
}

/** The public key of a JWK; undefined where it is no sound one. Private members play no part. */
export function publicKeyOf(jwk: JsonObject): KeyObject | undefined {
  const { kty, n, e, crv, x, y } = jwk
  const members = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }
  if (kty !== 'RSA' && kty !== 'EC') return undefined
  if (Object.values(members).some((member) => typeof member !== 'string')) return undefined
  try {
    const key = createPublicKey({ key: members as Record<string, string>, format: 'jwk' })
    // With an exponent of 1 a signature is what it signs, padded.
    return key.asymmetricKeyDetails?.publicExponent === 1n ? undefined : key
  } catch {
    return undefined
  }
}

/** Whether an algorithm is for keys of this type and curve. */
export function fitsKey(alg: string, key: KeyObject): boolean {
  const algorithm = algorithms[alg]
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.keyType) return false
  return algorithm.curve === key.asymmetricKeyDetails?.namedCurve
}

/** Whether a key made the signature, with the algorithm that the header names. */
export function isSignedBy(jws: Jws, key: KeyObject): boolean {
  const alg = String(jws.header['alg'])
  const algorithm = algorithms[alg]
  if (algorithm === undefined || !fitsKey(alg, key)) return false
  const how =
    algorithm.keyType === 'ec'
      ? ({ key, dsaEncoding: 'ieee-p1363' } as const)
      : { key, padding: constants.RSA_PKCS1_PADDING }
  try {
    return verify(algorithm.hash, jws.signed, how, jws.signature)
  } catch {
    return false
  }
}

/** Whether a shared secret made the signature. */
export function isSignedWithSecret(jws: Jws, secret: string): boolean {
  const hash = hmacHashes[String(jws.header['alg'])]
  if (hash === undefined) return false
  const expected = createHmac(hash, secret).update(jws.signed).digest()
  return expected.length === jws.signature.length && timingSafeEqual(expected, jws.signature)
}
