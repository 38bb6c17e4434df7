/** @module The public half of a key: what Okta is given, and the name computed from it. */

import { encodeBase64url, encodeText } from '../base64url.ts'
import type { Curve } from './parts.ts'
import type { SigningAlg } from './signer.ts'

/** The public half of an RSA signing key, and nothing else. */
export interface RsaPublicJwk {
  readonly kty: 'RSA'
  readonly n: string
  readonly e: string
  readonly kid: string
  readonly alg: SigningAlg
  readonly use: 'sig'
}

/** The public half of an EC signing key, and nothing else. */
export interface EcPublicJwk {
  readonly kty: 'EC'
  readonly crv: Curve
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly alg: SigningAlg
  readonly use: 'sig'
}

/** A public JWK as it is registered in Okta. @see RFC 7517; RFC 7518, sections 6.2.1 and 6.3.1 */
export type PublicJwk = RsaPublicJwk | EcPublicJwk

/** The members a thumbprint is computed from. */
export type ThumbprintMembers =
  | Pick<RsaPublicJwk, 'kty' | 'n' | 'e'>
  | Pick<EcPublicJwk, 'kty' | 'crv' | 'x' | 'y'>

/** The JWKS of some keys' public halves, as `jwks_uri` serves it. @see RFC 7517, section 5 */
export function publicJwks(keys: readonly { readonly publicJwk: PublicJwk }[]): {
  readonly keys: readonly PublicJwk[]
} {
  return { keys: keys.map((key) => key.publicJwk) }
}

/** The SHA-256 thumbprint of a public key, in base64url: the same for the key in every form. @see RFC 7638, section 3 */
export async function thumbprint(jwk: ThumbprintMembers): Promise<string> {
  const text = JSON.stringify(requiredMembers(jwk))
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encodeText(text))))
}

/** In the order of their names. */
function requiredMembers(jwk: ThumbprintMembers): object {
  if (jwk.kty === 'RSA') return { e: jwk.e, kty: jwk.kty, n: jwk.n }
  return { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
}
