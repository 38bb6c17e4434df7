/** @module DPoP proofs: what a request proves about the key that its token is, or will be, bound to. */

import { createHash } from 'node:crypto'
import type { ApiRequest } from '../http/request.ts'
import { isJsonObject } from '../json.ts'
import { namesUrlOf } from './http-uri.ts'
import {
  fitsKey,
  isSignedBy,
  isSigningAlg,
  type Jws,
  parseJws,
  privateMembers,
  publicKeyOf,
} from './jws.ts'
import type { OauthReason } from './oauth-error.ts'
import { thumbprint } from './thumbprint.ts'

const MAX_AGE_SECONDS = 300

/** A proof that holds, its nonce not yet judged. */
export interface Proof {
  /** The thumbprint of the key that made it. */
  readonly keyThumbprint: string
  readonly nonce: unknown
}

/** The access token that a request of a resource carries beside the proof. */
export interface PresentedToken {
  readonly text: string
  /** The thumbprint of the key it is bound to. */
  readonly boundTo: string
}

/** The values of the DPoP headers of a request, one for each line. */
export function proofHeaders(request: ApiRequest): readonly string[] {
  const { rawHeaders } = request
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'dpop',
  )
}

/**
 * Judges the proof of a request, and uses it up where it holds.
 *
 * @param token - What the proof must fit; left out at the token endpoint.
 * @returns the proof, or why it does not hold.
 * @see RFC 9449, section 4.3 - what is checked
 * @see Okta, "Configure OAuth 2.0 Demonstrating Proof-of-Possession"
 */
export function judgeProof(request: ApiRequest, token?: PresentedToken): Proof | OauthReason {
  const [text, ...others] = proofHeaders(request)
  if (text === undefined) return 'proof_missing'
  if (others.length > 0) return 'proof_multiple'
  const jws = parseJws(text)
  if (jws === undefined) return 'proof_parse_failed'
  const signer = judgeSignature(jws)
  if (typeof signer === 'string') return signer
  const { keyThumbprint } = signer
  const fault =
    judgeTarget(request, jws) ??
    judgeTimes(request, jws) ??
    judgeJti(jws, token !== undefined) ??
    judgeBinding(jws, keyThumbprint, token)
  if (fault !== undefined) return fault
  if (!spendJti(request, jws, keyThumbprint)) return 'proof_already_used'
  return { keyThumbprint, nonce: jws.claims['nonce'] }
}

function judgeSignature(jws: Jws): Pick<Proof, 'keyThumbprint'> | OauthReason {
  const { typ, alg, jwk } = jws.header
  if (typ !== 'dpop+jwt') return 'proof_typ_invalid'
  if (!isSigningAlg(alg)) return 'proof_alg_invalid'
  if (!isJsonObject(jwk)) return 'proof_invalid'
  if (privateMembers.some((member) => jwk[member] !== undefined)) return 'proof_invalid'
  const key = publicKeyOf(jwk)
  if (key === undefined) return 'proof_invalid'
  if (!fitsKey(alg, key)) return 'proof_alg_invalid'
  if (!isSignedBy(jws, key)) return 'proof_signature_invalid'
  return { keyThumbprint: thumbprint(key) }
}

function judgeTarget(request: ApiRequest, { claims }: Jws): OauthReason | undefined {
  if (claims['htm'] !== request.method) return 'proof_htm_invalid'
  return namesUrlOf(request, claims['htu']) ? undefined : 'proof_htu_invalid'
}

function judgeTimes({ org }: ApiRequest, { claims }: Jws): OauthReason | undefined {
  const { iat, exp } = claims
  const now = Math.floor(org.time.nowMs() / 1_000)
  const leniency = org.assumptions.clockLeniencySeconds
  if (typeof iat !== 'number') return 'proof_iat_invalid'
  if (iat > now + leniency) return 'proof_iat_in_future'
  if (iat < now - MAX_AGE_SECONDS - leniency) return 'proof_iat_too_old'
  if (exp === undefined) return undefined
  if (typeof exp !== 'number') return 'proof_invalid'
  return exp <= now ? 'proof_expired' : undefined
}

// Okta's guide leaves jti out of the first request, which is answered with a nonce whatever it says.
function judgeJti({ claims }: Jws, atResource: boolean): OauthReason | undefined {
  const { jti, nonce } = claims
  if (jti === undefined && nonce === undefined && !atResource) return undefined
  return typeof jti === 'string' && jti !== '' ? undefined : 'proof_jti_invalid'
}

function judgeBinding(
  { claims }: Jws,
  keyThumbprint: string,
  token: PresentedToken | undefined,
): OauthReason | undefined {
  if (token === undefined) return undefined
  const ath = createHash('sha256').update(token.text).digest('base64url')
  if (claims['ath'] !== ath) return 'proof_ath_invalid'
  return keyThumbprint === token.boundTo ? undefined : 'proof_not_bound'
}

function spendJti({ org }: ApiRequest, { claims }: Jws, keyThumbprint: string): boolean {
  const { jti, iat } = claims
  if (jti === undefined) return true
  if (org.authorization.jtiReplay === 'proofs') return false
  // Later than this the proof is too old whatever its jti.
  const lastSecond = Number(iat) + MAX_AGE_SECONDS + org.assumptions.clockLeniencySeconds + 1
  const id = `${keyThumbprint} ${String(jti)}`
  return org.authorization.proofIds.spend(id, lastSecond * 1_000, org.time.nowMs())
}
