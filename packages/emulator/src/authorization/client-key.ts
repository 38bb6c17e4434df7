/** @module Which of a client's public keys an assertion must be signed with. */

import type { KeyObject } from 'node:crypto'
import type { JsonObject } from '../json.ts'
import type { ClientApp } from '../state/clients.ts'
import type { Org } from '../state/org.ts'
import { type Jws, publicKeyOf } from './jws.ts'
import { readKeySet } from './key-set.ts'
import { oauthError } from './oauth-error.ts'

interface RegisteredKey {
  readonly active: boolean
  readonly jwk: JsonObject
}

/** Coordinates of so many bytes are on this curve, and their keys sign with this algorithm. */
const curvesBySize: Readonly<Record<number, string>> = { 32: 'P-256', 48: 'P-384', 66: 'P-521' }

/**
 * The key that an assertion names with its `kid`, or the only one where it names none.
 *
 * @throws {OauthRefusal} where there is no such key, or none that may sign.
 * @see Okta, "Build a JWT for Client Authentication"; support article "Creating a private key JWT when a client has
 *   multiple keys" - kid may be left out only while there is one key
 */
export async function requireClientKey(
  org: Org,
  { oauth }: ClientApp,
  { header }: Jws,
): Promise<KeyObject> {
  const { jwksUri } = oauth
  if (jwksUri === undefined) {
    const keys = oauth.keys.map(({ status, jwk }) => ({ active: status === 'ACTIVE', jwk }))
    if (keys.length === 0) throw oauthError('jwks_missing')
    return toKey(org, choose(org, keys, header), header)
  }
  if (header['jku'] !== undefined && header['jku'] !== jwksUri) throw oauthError('jku_mismatch')
  const kept = await readKeySet(org, jwksUri, { anew: false })
  const isKnown = header['kid'] === undefined || kept.some(({ kid }) => kid === header['kid'])
  // A key that was published a moment ago is found without waiting for the kept set to grow old.
  const set = isKnown ? kept : await readKeySet(org, jwksUri, { anew: true })
  const keys = set.map((jwk) => ({ active: true, jwk }))
  return toKey(org, choose(org, keys, header), header)
}

function choose(org: Org, keys: readonly RegisteredKey[], { kid }: JsonObject): JsonObject {
  if (kid === undefined) return chooseOnly(org, keys)
  const named = keys.find(({ jwk }) => jwk['kid'] === kid)
  if (typeof kid !== 'string' || named?.active !== true) throw oauthError('assertion_kid_invalid')
  return named.jwk
}

function chooseOnly(org: Org, keys: readonly RegisteredKey[]): JsonObject {
  const active = keys.filter((key) => key.active)
  const counted = org.assumptions.kidAbsentWithInactiveKey === 'required' ? keys : active
  const [only] = active
  if (counted.length !== 1 || only === undefined) throw oauthError('assertion_kid_invalid')
  return only.jwk
}

function toKey(org: Org, jwk: JsonObject, { kid }: JsonObject): KeyObject {
  const use = jwk['use'] ?? 'sig'
  if (use !== 'sig') {
    if (kid === undefined) throw oauthError('signing_key_required')
    throw oauthError('key_use_invalid', { list: ['[sig]'] })
  }
  const key = publicKeyOf(withCurve(org, jwk))
  if (key === undefined) throw oauthError('jwks_invalid')
  return key
}

// The API takes an EC key without `crv` and shows it as null.
function withCurve(org: Org, jwk: JsonObject): JsonObject {
  const lacksCurve = jwk['kty'] === 'EC' && (jwk['crv'] ?? null) === null
  if (!lacksCurve || org.assumptions.ecKeyWithoutCurve !== 'curve-from-size') return jwk
  const size = Buffer.from(String(jwk['x']), 'base64url').length
  const crv = curvesBySize[size]
  return crv === undefined ? jwk : { ...jwk, crv }
}
