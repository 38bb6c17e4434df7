/** @module A private JWK, read member by member. */

import type { JsonObject, JsonValue } from '../json.ts'
import { asCurve, requireSigningAlg } from './algorithms.ts'
import { decodeBase64 } from './base64.ts'
import { curveBytes } from './curve.ts'
import { integerOfBytes } from './integers.ts'
import type { EcParts, KeyParts, RsaParts } from './parts.ts'
import { refuse } from './refusals.ts'
import type { SigningAlg } from './signer.ts'
import type { KeyWarnings } from './warnings.ts'

/** What a JWK says: its numbers, its algorithm and its id, the last two where it has them. */
export interface JwkKey {
  readonly parts: KeyParts
  readonly alg: SigningAlg | undefined
  readonly kid: string | undefined
}

const TEXT_MEMBERS = [
  ...['kty', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'crv', 'x', 'y', 'k'],
  ...['kid', 'alg', 'use'],
]
const CRT_MEMBERS = ['p', 'q', 'dp', 'dq', 'qi'] as const
// Serialisers write null for what a key does not have; these say nothing then.
const OPTIONAL_MEMBERS = ['kid', 'alg', 'use', 'key_ops', 'oth']

/**
 * Reads a JWK as a private signing key. Members it does not know are ignored (RFC 7517, section 4).
 *
 * Standard base64, padding and leading zeros of RSA numbers are repaired with `key_base64_normalised`.
 *
 * @throws {KeyError} one of the `key_jwk_…` codes, or the code of what the JWK is instead
 * @see RFC 7517, section 4 - members; RFC 7518, section 6 - the numbers of RSA and EC keys
 */
export function readJwk(source: JsonObject, warnings: KeyWarnings): JwkKey {
  const jwk = withoutNulls(source)
  const kty = requireSupportedType(jwk)
  for (const member of TEXT_MEMBERS) {
    if (jwk[member] !== undefined && typeof jwk[member] !== 'string') refuseType(member, 'a string')
  }
  const reader = new MemberReader(jwk, warnings)
  refusePublic(jwk, kty)
  const alg = requireSigningUse(jwk, reader)
  const parts = kty === 'RSA' ? readRsa(jwk, reader) : readEc(reader)
  return { parts, alg, kid: reader.text('kid') }
}

function withoutNulls(jwk: JsonObject): JsonObject {
  const present: Record<string, JsonValue | undefined> = Object.assign(Object.create(null), jwk)
  for (const member of OPTIONAL_MEMBERS) {
    if (present[member] === null) present[member] = undefined
  }
  return present
}

function requireSupportedType({ kty }: JsonObject): 'RSA' | 'EC' {
  if (kty === undefined) refuseMissing('kty')
  if (typeof kty !== 'string') refuseType('kty', 'a string')
  if (kty === 'RSA' || kty === 'EC') return kty
  if (kty === 'oct') refuse('key_symmetric', 'The JWK is a symmetric key (oct).')
  refuse(
    'key_type_unsupported',
    kty === 'OKP'
      ? 'The JWK is an Edwards or Montgomery key (OKP).'
      : 'The JWK has a kty that is neither RSA nor EC.',
  )
}

/** The members a private key has beside its public ones; an EC key only d. */
function refusePublic(jwk: JsonObject, kty: 'RSA' | 'EC'): void {
  const hasPrivateMember = ['d', ...CRT_MEMBERS, 'oth'].some((member) => jwk[member] !== undefined)
  const publicMembers = kty === 'RSA' ? ['n', 'e'] : ['crv', 'x']
  if (hasPrivateMember || publicMembers.some((member) => jwk[member] === undefined)) return
  refuse(
    'key_is_public',
    `The ${kty} JWK has ${publicMembers.join(' and ')}, but no private member.`,
  )
}

function requireSigningUse(jwk: JsonObject, reader: MemberReader): SigningAlg | undefined {
  const use = reader.text('use')
  if (use !== undefined && use !== 'sig') {
    refuse(
      'key_use_not_sig',
      `The JWK says use=${use === 'enc' ? 'enc' : 'something other than sig'}.`,
    )
  }
  const operations = jwk['key_ops']
  if (operations !== undefined) {
    const isList = Array.isArray(operations) && operations.every((name) => typeof name === 'string')
    if (!isList) refuseType('key_ops', 'an array of strings')
    if (!operations.includes('sign')) {
      refuse(
        'key_ops_no_sign',
        `The key_ops of the JWK name ${operations.length} uses, but not sign.`,
      )
    }
  }
  const alg = reader.text('alg')
  return alg === undefined ? undefined : requireSigningAlg(alg)
}

function readRsa(jwk: JsonObject, reader: MemberReader): RsaParts {
  for (const member of ['n', 'e', 'd']) if (jwk[member] === undefined) refuseMissing(member)
  if (jwk['oth'] !== undefined) {
    refuse('key_jwk_multiprime', 'The JWK has the member oth: more than two primes.')
  }
  const missing = CRT_MEMBERS.filter((member) => jwk[member] === undefined)
  if (missing.length > 0 && missing.length < CRT_MEMBERS.length) {
    const detail = missing.join(', ')
    refuse('key_jwk_partial_crt', `Of p, q, dp, dq, qi, the JWK lacks ${detail}.`, { detail })
  }
  return {
    kty: 'RSA',
    n: reader.integer('n'),
    e: reader.integer('e'),
    d: reader.integer('d'),
    crt:
      missing.length > 0
        ? undefined
        : {
            p: reader.integer('p'),
            q: reader.integer('q'),
            dp: reader.integer('dp'),
            dq: reader.integer('dq'),
            qi: reader.integer('qi'),
          },
  }
}

function readEc(reader: MemberReader): EcParts {
  const crv = asCurve(reader.text('crv') ?? refuseMissing('crv'))
  if (crv === undefined) {
    refuse('key_curve_unsupported', 'The JWK has a crv that is not P-256, P-384 or P-521.')
  }
  const bytes = curveBytes(crv)
  const point = { x: reader.coordinate('x', bytes), y: reader.coordinate('y', bytes) }
  return { kty: 'EC', crv, d: reader.coordinate('d', bytes), point }
}

class MemberReader {
  readonly #jwk: JsonObject
  readonly #warnings: KeyWarnings

  constructor(jwk: JsonObject, warnings: KeyWarnings) {
    this.#jwk = jwk
    this.#warnings = warnings
  }

  text(member: string): string | undefined {
    const value = this.#jwk[member]
    return typeof value === 'string' ? value : undefined
  }

  /** @see RFC 7518, section 2 - Base64urlUInt has no leading zeros; zero itself, one zero byte, is no number of a key */
  integer(member: string): bigint {
    const bytes = this.#bytes(member)
    if (bytes[0] === 0) this.#warnings.add('key_base64_normalised')
    return integerOfBytes(bytes)
  }

  /** @see RFC 7518, section 6.2.1.2 - a coordinate has the full size of the curve's field */
  coordinate(member: string, length: number): bigint {
    const bytes = this.#bytes(member)
    if (bytes.length === length) return integerOfBytes(bytes)
    refuse(
      'key_jwk_bad_length',
      `The member ${member} has ${bytes.length} bytes; its curve needs ${length}.`,
      { detail: member },
    )
  }

  #bytes(member: string): Uint8Array {
    const text = this.text(member) ?? refuseMissing(member)
    const decoded = decodeBase64(text)
    if (decoded === undefined || decoded.bytes.length === 0) {
      refuse('key_jwk_bad_base64url', `The member ${member} is not base64url.`, { detail: member })
    }
    if (!decoded.isCanonicalUrl) this.#warnings.add('key_base64_normalised')
    return decoded.bytes
  }
}

function refuseMissing(member: string): never {
  refuse('key_jwk_missing_member', `The JWK has no member ${member}.`, { detail: member })
}

function refuseType(member: string, wanted: string): never {
  refuse('key_jwk_bad_type', `The member ${member} of the JWK is not ${wanted}.`, {
    detail: member,
  })
}
