/** @module Keys made for a test run, the numbers they are made of, and what a refusal must be. */

import {
  checkPrime,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { inspect } from 'node:util'
import { type ImportKeyOptions, importKey, KeyError, type PrimeTest } from '@postern/core'

/** Node's own test, on its thread pool: what Node's edge passes as the hook. */
export const nodePrimeTest: PrimeTest = (candidate) =>
  new Promise((resolve, reject) => {
    checkPrime(candidate, (error, isPrime) => (error ? reject(error) : resolve(isPrime)))
  })

/** For tests that are about something else. */
export const trustPrimes: PrimeTest = async () => true

let rsaKeys: readonly KeyObject[] | undefined

/** Three RSA keys of 2048 bits, made once per test file. */
export function rsaPool(): readonly KeyObject[] {
  rsaKeys ??= [0, 1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  return rsaKeys
}

export function rsaKey(): KeyObject {
  const [key] = rsaPool()
  if (key === undefined) throw new Error('The pool is empty.')
  return key
}

export function ecKey(namedCurve = 'P-256'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey
}

export function pem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  const text = key.export({ type, format: 'pem' })
  return typeof text === 'string' ? text : text.toString('utf8')
}

export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
}

export function der(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): Buffer {
  return key.export({ type, format: 'der' })
}

export function jwk(key: KeyObject): JsonWebKey {
  return key.export({ format: 'jwk' })
}

export function publicJwk(key: KeyObject): JsonWebKey {
  return createPublicKey(key).export({ format: 'jwk' })
}

/** What `importKey` refused an input with. Fails where it did not. */
export async function refusal(
  input: string | Uint8Array,
  options?: ImportKeyOptions,
): Promise<KeyError> {
  try {
    await importKey(input, { isProbablePrime: nodePrimeTest, ...options })
  } catch (error) {
    if (error instanceof KeyError) return error
    throw error
  }
  throw new Error('The key was accepted.')
}

export function randomPrime(bits: number): bigint {
  return generatePrimeSync(bits, { bigint: true })
}

/** A prime above 3/4 of its range, so that the product of two has exactly twice the bits. */
export function highPrime(bits: number): bigint {
  for (;;) {
    const prime = randomPrime(bits)
    if (prime >> BigInt(bits - 2) === 3n) return prime
  }
}

export function inverse(value: bigint, modulus: bigint): bigint {
  let [r, nextR, t, nextT] = [modulus, value % modulus, 0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR, t, nextT] = [nextR, r - quotient * nextR, nextT, t - quotient * nextT]
  }
  return ((t % modulus) + modulus) % modulus
}

/** Base64url of a number, as RFC 7518 writes it. */
export function base64urlOf(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

export function numberOf(base64url: string | undefined): bigint {
  return BigInt(`0x${Buffer.from(base64url ?? '', 'base64url').toString('hex')}`)
}

/** The private JWK of two factors, whether they are prime or not. */
export function rsaJwkOf(p: bigint, q: bigint, e = 65537n): Record<string, string> {
  const d = inverse(e, (p - 1n) * (q - 1n))
  const numbers = {
    n: p * q,
    e,
    d,
    p,
    q,
    dp: d % (p - 1n),
    dq: d % (q - 1n),
    qi: inverse(q, p),
  }
  return rsaJwkOfNumbers(numbers)
}

/** The JWK of n, e and d alone, with the d that fits the order of the group modulo n. */
export function rsaJwkOfOrder(n: bigint, order: bigint): Record<string, string> {
  const e = 65537n
  return rsaJwkOfNumbers({ n, e, d: inverse(e, order) })
}

function rsaJwkOfNumbers(numbers: Readonly<Record<string, bigint>>): Record<string, string> {
  return {
    kty: 'RSA',
    ...Object.fromEntries(
      Object.entries(numbers).map(([name, value]) => [name, base64urlOf(value)]),
    ),
  }
}

/** DER of one tag, for structures that no library writes. */
export function tlv(tag: number, ...contents: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)))
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content])
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content])
}

/** DER of an INTEGER that is not negative. */
export function derInteger(value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return tlv(0x02, (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes)
}

export function wrapPem(label: string, content: Uint8Array): string {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Rule 3 of the corpus: the first 16 characters in a row of anything an error shows that are also in the input. */
export function leakOf(error: KeyError, input: Uint8Array | string): string {
  const secret = Buffer.from(input).toString('latin1')
  const shown = [
    error.message,
    error.remedy,
    JSON.stringify(error),
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    error.stack ?? '',
    inspect(error.cause),
  ].join('\n')
  for (let at = 0; at + 16 <= shown.length; at++) {
    const piece = shown.slice(at, at + 16)
    if (secret.includes(piece)) return piece
  }
  return ''
}
