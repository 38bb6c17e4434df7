/** @module A private key that is ready to sign and never prints. */

import { encodeBase64url } from '../base64url.ts'
import type { Warning } from '../error.ts'
import { Secret } from '../secret.ts'
import { curveBytes } from './curve.ts'
import { bitLength, bytesOfInteger } from './integers.ts'
import type { Curve, SoundEc, SoundRsa } from './parts.ts'
import { type PublicJwk, type ThumbprintMembers, thumbprint } from './public.ts'
import { refuse } from './refusals.ts'
import type { Signer, SigningAlg } from './signer.ts'
import { describeWarnings, type KeyWarningCode } from './warnings.ts'
import { webCrypto } from './web-crypto.ts'

/** What {@link createPrivateKey} and no one else gives a {@link PrivateKey}; `sign` keeps the key object inside. */
type PrivateKeyInit = Omit<PrivateKey, 'kty'>

/**
 * A private key whose parts are proven to belong together, made by {@link importKey} and {@link generateKey}.
 *
 * Signs through a cached, non-extractable key object. However it is printed, cloned or serialised, it shows its public
 * half only.
 */
export class PrivateKey implements Signer {
  readonly kty: 'RSA' | 'EC'
  readonly alg: SigningAlg
  readonly kid: string
  /** False where the kid is the thumbprint, because none was given: Okta may show another. */
  readonly kidGiven: boolean
  /** The size of the modulus; RSA keys only. */
  readonly bits: number | undefined
  /** The curve; EC keys only. */
  readonly crv: Curve | undefined
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string
  readonly publicJwk: PublicJwk
  /** The canonical private JWK as JSON text, with kid, alg and use. */
  readonly privateJwk: Secret
  /** What was repaired or assumed while the key was imported. */
  readonly warnings: readonly Warning<KeyWarningCode>[]
  readonly #sign: PrivateKeyInit['sign']

  constructor(init: PrivateKeyInit) {
    this.kty = init.publicJwk.kty
    this.alg = init.alg
    this.kid = init.kid
    this.kidGiven = init.kidGiven
    this.bits = init.bits
    this.crv = init.crv
    this.thumbprint = init.thumbprint
    this.publicJwk = init.publicJwk
    this.privateJwk = init.privateJwk
    this.warnings = init.warnings
    this.#sign = init.sign
    Object.freeze(this)
  }

  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return this.#sign(data)
  }
}

/** How a new {@link PrivateKey} is called and what is worth telling about it. */
export interface CreatePrivateKeyOptions {
  readonly alg: SigningAlg
  /** Validated; undefined for the thumbprint. */
  readonly kid: string | undefined
  readonly warnings: ReadonlySet<KeyWarningCode>
}

/**
 * The key object for proven parts, after it signed and its public half alone verified.
 *
 * @throws {KeyError} `key_parts_inconsistent`, or `key_exponent_invalid` where this runtime has no use for so large an e
 */
export async function createPrivateKey(
  parts: SoundRsa | SoundEc,
  options: CreatePrivateKeyOptions,
): Promise<PrivateKey> {
  const { alg } = options
  const members = publicMembers(parts)
  const numbers = { ...members, ...privateMembers(parts) }
  const crv = parts.kty === 'EC' ? parts.crv : undefined
  const signingKey = await proveByRoundTrip(numbers, members, { alg, crv, parts })
  const print = await thumbprint(members)
  const kid = options.kid ?? print
  const publicJwk: PublicJwk = Object.freeze({ ...members, kid, alg, use: 'sig' })
  return new PrivateKey({
    alg,
    kid,
    kidGiven: options.kid !== undefined,
    bits: parts.kty === 'RSA' ? bitLength(parts.n) : undefined,
    crv,
    thumbprint: print,
    publicJwk,
    privateJwk: new Secret(JSON.stringify({ ...numbers, kid, alg, use: 'sig' })),
    warnings: describeWarnings(options.warnings),
    sign: async (data) => {
      const { operation } = webCrypto(alg, crv)
      return new Uint8Array(await crypto.subtle.sign(operation, signingKey, data))
    },
  })
}

function publicMembers(parts: SoundRsa | SoundEc): ThumbprintMembers {
  if (parts.kty === 'RSA')
    return { kty: 'RSA', n: encodeInteger(parts.n), e: encodeInteger(parts.e) }
  const bytes = curveBytes(parts.crv)
  const { x, y } = parts.point
  return { kty: 'EC', crv: parts.crv, x: encodeInteger(x, bytes), y: encodeInteger(y, bytes) }
}

function privateMembers(parts: SoundRsa | SoundEc): Readonly<Record<string, string>> {
  if (parts.kty === 'EC') return { d: encodeInteger(parts.d, curveBytes(parts.crv)) }
  const { p, q, dp, dq, qi } = parts.crt
  return {
    d: encodeInteger(parts.d),
    p: encodeInteger(p),
    q: encodeInteger(q),
    dp: encodeInteger(dp),
    dq: encodeInteger(dq),
    qi: encodeInteger(qi),
  }
}

function encodeInteger(value: bigint, length?: number): string {
  return encodeBase64url(bytesOfInteger(value, length))
}

// OpenSSL takes larger exponents only with moduli up to 3072 bits.
const MAX_COMMON_EXPONENT_BITS = 64

async function proveByRoundTrip(
  privateJwk: JsonWebKey,
  publicJwk: JsonWebKey,
  of: { alg: SigningAlg; crv: Curve | undefined; parts: SoundRsa | SoundEc },
): Promise<CryptoKey> {
  const { key, operation } = webCrypto(of.alg, of.crv)
  const challenge = crypto.getRandomValues(new Uint8Array(32))
  let signingKey: CryptoKey | undefined
  let isProven = false
  try {
    signingKey = await crypto.subtle.importKey('jwk', privateJwk, key, false, ['sign'])
    const signature = await crypto.subtle.sign(operation, signingKey, challenge)
    const verifyingKey = await crypto.subtle.importKey('jwk', publicJwk, key, false, ['verify'])
    isProven = await crypto.subtle.verify(operation, verifyingKey, signature, challenge)
  } catch {
    // The reason may quote the key; what matters is that it is not usable.
  }
  if (isProven && signingKey !== undefined) return signingKey
  if (of.parts.kty === 'RSA' && bitLength(of.parts.e) > MAX_COMMON_EXPONENT_BITS) {
    refuse(
      'key_exponent_invalid',
      `The public exponent has ${bitLength(of.parts.e)} bits, too many for this runtime to verify with.`,
    )
  }
  refuse(
    'key_parts_inconsistent',
    'A signature of the private key does not verify with its public half.',
  )
}
