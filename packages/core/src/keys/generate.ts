/** @module A new key pair for a service app. */

import { isJsonObject, parseJson } from '../json.ts'
import { curveOfAlg, requireSigningAlg } from './algorithms.ts'
import { validateEc } from './ec.ts'
import { readJwk } from './jwk.ts'
import { validateKid } from './kid.ts'
import type { SoundEc, SoundRsa } from './parts.ts'
import { createPrivateKey, type PrivateKey } from './private-key.ts'
import { refuse } from './refusals.ts'
import type { SigningAlg } from './signer.ts'
import { webCrypto } from './web-crypto.ts'

/** Options of {@link generateKey}. */
export interface GenerateKeyOptions {
  /** Default RS256. An ES algorithm fixes the curve. */
  readonly alg?: SigningAlg | undefined
  /** The size of an RSA modulus. Default 2048; ignored for ES algorithms, whose curve has its own. */
  readonly bits?: 2048 | 3072 | 4096 | undefined
  /** Kept as it is. Default: the RFC 7638 thumbprint. */
  readonly kid?: string | undefined
}

/**
 * Generates a key pair with the platform's generator; RSA with the exponent 65537.
 *
 * The key object that signs is not extractable; the private half leaves only through `privateJwk`.
 *
 * @throws {KeyError} `kid_too_long`, `kid_invalid`, `key_alg_not_allowed`, `key_too_small`, `key_too_large`
 */
export async function generateKey(options?: GenerateKeyOptions): Promise<PrivateKey> {
  const alg = requireSigningAlg(options?.alg ?? 'RS256')
  const kid = options?.kid === undefined ? undefined : validateKid(options.kid)
  const parts = await generateParts(alg, options?.bits ?? 2048)
  return createPrivateKey(parts, { alg, kid, warnings: new Set() })
}

async function generateParts(alg: SigningAlg, bits: number): Promise<SoundRsa | SoundEc> {
  const crv = curveOfAlg(alg)
  const { key } = webCrypto(alg, crv)
  const algorithm =
    crv === undefined
      ? { ...key, modulusLength: requireBits(bits), publicExponent: Uint8Array.of(1, 0, 1) }
      : { ...key, namedCurve: crv }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError('A key pair was asked for.')
  const jwk = parseJson(JSON.stringify(await crypto.subtle.exportKey('jwk', pair.privateKey)), {
    maxDepth: 2,
  })
  if (!jwk.ok || !isJsonObject(jwk.value)) throw new TypeError('A JWK was asked for.')
  const { parts } = readJwk(jwk.value, new Set())
  if (parts.kty === 'EC') return validateEc(parts)
  if (parts.crt === undefined) throw new TypeError('The generator left the primes out.')
  return { ...parts, crt: parts.crt }
}

function requireBits(bits: number): number {
  if (bits < 2048) refuse('key_too_small', `${bits} bits were asked for; at least 2048 are needed.`)
  if (bits > 4096) refuse('key_too_large', `${bits} bits were asked for; at most 4096 are taken.`)
  return bits
}
