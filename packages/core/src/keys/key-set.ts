/** @module Which key of a JWKS is meant. */

import { showHostile } from '../hostile.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { refuse } from './refusals.ts'
import type { KeyWarnings } from './warnings.ts'

const MAX_KIDS_SHOWN = 20

/**
 * The one key of a set that is meant: the one with `kid`, else the only private signing key.
 *
 * `kid` also names a single private key that has no kid of its own. A set without a private key gives the key that
 * explains best why not. Every other key is ignored with a warning.
 *
 * @throws {KeyError} one of the `key_jwks_…` codes, `key_jwk_bad_type`
 * @see RFC 7517, section 5
 */
export function chooseFromSet(
  values: readonly JsonValue[],
  kid: string | undefined,
  warnings: KeyWarnings,
): JsonObject {
  const keys = values.filter(isJsonObject)
  if (keys.length < values.length) {
    refuse('key_jwk_bad_type', 'The key set holds something other than JSON objects.', {
      detail: 'keys',
    })
  }
  refuseDuplicates(keys)
  const chosen = chooseKey(keys, kid)
  if (chosen === undefined) refuse('key_jwks_empty', 'The key set holds no key.')
  if (keys.length > 1) warnings.add('key_extra_blocks_ignored')
  return chosen
}

function chooseKey(keys: readonly JsonObject[], kid: string | undefined): JsonObject | undefined {
  const candidates = keys.filter(isPrivateSigningKey)
  const [only] = candidates
  if (kid !== undefined && keys.length > 0) {
    const named = keys.filter((key) => key['kid'] === kid)
    const match = named.find(isPrivateSigningKey) ?? named[0]
    if (match !== undefined) return match
    if (candidates.length === 1 && only !== undefined && only['kid'] === undefined) return only
    if (candidates.length > 0)
      refuseAmbiguous('No key of the set has the kid asked for', candidates)
  }
  if (candidates.length > 1) {
    refuseAmbiguous(`The key set holds ${candidates.length} private keys`, candidates)
  }
  return only ?? keys.find((key) => key['d'] !== undefined) ?? keys.find(isSymmetric) ?? keys[0]
}

function isPrivateSigningKey(key: JsonObject): boolean {
  return (
    (key['kty'] === 'RSA' || key['kty'] === 'EC') && key['d'] !== undefined && key['use'] !== 'enc'
  )
}

function isSymmetric(key: JsonObject): boolean {
  return key['kty'] === 'oct'
}

/** A private key and its own public half may share a kid: they are the same key. */
function refuseDuplicates(keys: readonly JsonObject[]): void {
  const seen = new Map<string, JsonObject>()
  for (const key of keys) {
    const kid = key['kid']
    if (typeof kid !== 'string') continue
    const other = seen.get(kid)
    if (other === undefined) seen.set(kid, key)
    else if (!areHalvesOfOnePair(key, other)) {
      refuse('key_jwks_duplicate_kid', 'Two keys of the set have the same kid.', {
        detail: showKid(kid),
      })
    }
  }
}

function areHalvesOfOnePair(one: JsonObject, other: JsonObject): boolean {
  const samePublic = ['kty', 'n', 'e', 'crv', 'x', 'y'].every(
    (member) => one[member] === other[member],
  )
  return samePublic && (one['d'] === undefined) !== (other['d'] === undefined)
}

function refuseAmbiguous(observed: string, keys: readonly JsonObject[]): never {
  const kids = keys
    .slice(0, MAX_KIDS_SHOWN)
    .map(({ kid }) => (typeof kid === 'string' ? showKid(kid) : '(without kid)'))
  const detail = kids.join(', ')
  refuse('key_jwks_ambiguous', `${observed}; its private keys are: ${detail}.`, { detail })
}

function showKid(kid: string): string {
  return showHostile(kid, { maxCharacters: 64 })
}
