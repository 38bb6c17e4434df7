/** @module Which signature algorithms fit a key, and which is used. */

import { curveBytes } from './curve.ts'
import { type Curve, curves, type KeyParts } from './parts.ts'
import { refuse } from './refusals.ts'
import { type SigningAlg, signingAlgs } from './signer.ts'

/** The one algorithm of each curve. @see RFC 7518, section 3.4 */
const algOfCurve: Readonly<Record<Curve, SigningAlg>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
}

/** The curve an ES algorithm signs on; undefined for an RS algorithm. */
export function curveOfAlg(alg: SigningAlg): Curve | undefined {
  return curves.find((crv) => algOfCurve[crv] === alg)
}

/** The curve's name where it is one that Okta accepts. */
export function asCurve(name: string): Curve | undefined {
  return curves.find((crv) => crv === name)
}

/** The curve whose coordinates have this many bytes. */
export function curveOfBytes(bytes: number): Curve | undefined {
  return curves.find((crv) => curveBytes(crv) === bytes)
}

// Algorithms people meet elsewhere; only these are named back, any other text is not repeated.
const KNOWN_OTHERS =
  /^(?:none|HS(?:256|384|512)|PS(?:256|384|512)|RSA1_5|RSA-OAEP(?:-256)?|EdDSA|Ed25519|ES256K|ECDH-ES)$/

/** A text as an algorithm Okta accepts. @throws {KeyError} `key_alg_not_allowed` */
export function requireSigningAlg(alg: string): SigningAlg {
  const allowed = signingAlgs.find((known) => known === alg)
  if (allowed !== undefined) return allowed
  const name = KNOWN_OTHERS.test(alg) ? alg : undefined
  refuse(
    'key_alg_not_allowed',
    name === undefined
      ? 'The algorithm is not one that signs assertions for Okta.'
      : `The algorithm is ${name}, which does not sign assertions for Okta.`,
    { detail: name },
  )
}

/**
 * The algorithm a key signs with: the one its JWK names, else the one asked for, else RS256 or the curve's own.
 *
 * A JWK that names one is meant for no other, so that another one asked for is refused.
 *
 * @throws {KeyError} `key_alg_mismatch`
 * @see RFC 7517, section 4.4 - the algorithm intended for use with the key
 */
export function chooseAlg(
  parts: KeyParts,
  wanted: { readonly asked: SigningAlg | undefined; readonly named: SigningAlg | undefined },
): SigningAlg {
  const natural = parts.kty === 'RSA' ? 'RS256' : algOfCurve[parts.crv]
  for (const alg of [wanted.named, wanted.asked]) {
    const isFitting = parts.kty === 'RSA' ? alg?.startsWith('RS') : alg === natural
    if (alg === undefined || isFitting) continue
    const key = parts.kty === 'RSA' ? 'an RSA key' : `an EC key on ${parts.crv}`
    refuse('key_alg_mismatch', `The algorithm is ${alg}, but this is ${key}.`, { detail: natural })
  }
  const { asked, named } = wanted
  if (asked !== undefined && named !== undefined && asked !== named) {
    refuse('key_alg_mismatch', `The algorithm is ${asked}, but the JWK is for ${named}.`, {
      detail: named,
    })
  }
  return named ?? asked ?? natural
}
