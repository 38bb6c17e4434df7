/** @module Judges the public keys that somebody registers for an app. */

import { optionalList, optionalText } from '../http/fields.ts'
import { invalid, oktaError, type RefusedRequest } from '../http/okta-error.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { AppKey } from '../state/app.ts'
import type { Org } from '../state/org.ts'

/** A key as it was sent, judged. */
export interface KeyInput {
  /** Only public members. */
  readonly jwk: JsonObject
  readonly status: AppKey['status']
}

/** How many keys an app may have. */
export const MAX_KEYS = 50
const MIN_RSA_BITS = 2_048
const publicMembers = ['kty', 'kid', 'use', 'alg', 'e', 'n', 'crv', 'x', 'y'] as const
const coordinateBytes = new Map([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
])

/** `E0000001` about a key, in Okta's words. */
export function invalidKey(cause: string): RefusedRequest {
  return invalid('JsonWebKey', cause)
}

/**
 * The keys of a `jwks` member, `{ keys: [ … ] }`.
 *
 * @throws {RefusedRequest} `E0000001` for a key that is too small or of another kind, for kids that are not unique and
 *   for more than 50 keys.
 */
export function readKeys(jwks: JsonObject): readonly KeyInput[] {
  const keys = (optionalList(jwks, 'keys') ?? []).map(readKey)
  if (keys.length > MAX_KEYS) throw tooManyKeys()
  const kids = keys.map(({ jwk }) => jwk['kid'])
  const distinct = new Set(kids)
  if (keys.length > 1 && (distinct.size < keys.length || distinct.has(undefined))) {
    throw invalidKey("All keys in the 'jwks' must have a unique `kid`.")
  }
  return keys
}

/**
 * One key. RSA keys have 2,048 bits or more; members that only a private key has are dropped.
 *
 * @throws {RefusedRequest} `E0000001` or, where it is no object, `E0000003`.
 */
export function readKey(value: unknown): KeyInput {
  if (!isJsonObject(value)) throw oktaError('E0000003')
  const members = publicMembers.flatMap((name) => {
    const text = optionalText(value, name)
    return text === undefined ? [] : [[name, text] as const]
  })
  const status = optionalText(value, 'status') ?? 'ACTIVE'
  if (status !== 'ACTIVE' && status !== 'INACTIVE') {
    throw invalidKey("'status' is invalid. Valid values: [ACTIVE, INACTIVE].")
  }
  const jwk: Partial<Record<(typeof publicMembers)[number], string>> = Object.fromEntries(members)
  judge(jwk)
  return { jwk, status }
}

/** The cause of a refusal of the 51st key. */
export function tooManyKeys(): RefusedRequest {
  return invalidKey(
    `You can't create a new key. You have reached the maximum number of keys allowed (${MAX_KEYS}).`,
  )
}

/** Makes keys of what was sent. A key with the kid of an earlier one keeps that one's id and its day of creation. */
export function mergeKeys(
  org: Org,
  earlier: readonly AppKey[],
  inputs: readonly KeyInput[],
): readonly AppKey[] {
  const atMs = org.time.secondMs()
  return inputs.map(({ jwk, status }) => {
    const same = earlier.find((key) => key.jwk['kid'] === jwk['kid'])
    if (same !== undefined && same.status === status && isSame(same.jwk, jwk)) return same
    return {
      id: same?.id ?? org.ids.next('appKey'),
      status,
      jwk,
      createdMs: same?.createdMs ?? atMs,
      lastUpdatedMs: atMs,
    }
  })
}

/** Whether two public keys are the same, member by member. */
function isSame(one: JsonObject, other: JsonObject): boolean {
  return publicMembers.every((name) => one[name] === other[name])
}

function judge(jwk: Partial<Record<(typeof publicMembers)[number], string>>): void {
  if (jwk.use !== undefined && jwk.use !== 'sig' && jwk.use !== 'enc') {
    throw invalidKey("'use' is invalid. Valid values: [sig, enc].")
  }
  if (jwk.kty === 'RSA') {
    // Okta says the same about a key without `n`, which is a key of no bits.
    if (countBits(jwk.n) < MIN_RSA_BITS) {
      throw invalidKey("RSA key length in the 'jwks' is less than '2,048' bits for the given key.")
    }
    if (countBits(jwk.e) < 2) throw invalidKey("The 'e' of the given key is invalid.")
    return
  }
  if (jwk.kty !== 'EC') throw invalidKey("'kty' is invalid. Valid values: [RSA, EC].")
  const bytes = jwk.crv === undefined ? undefined : coordinateBytes.get(jwk.crv)
  if (jwk.crv !== undefined && bytes === undefined) {
    throw invalidKey("'crv' is invalid. Valid values: [P-256, P-384, P-521].")
  }
  for (const coordinate of [jwk.x, jwk.y]) {
    const length = decode(coordinate)?.length ?? 0
    if (length === 0 || (bytes !== undefined && length !== bytes)) {
      throw invalidKey("The 'x' and 'y' of the given key are invalid.")
    }
  }
}

function countBits(text: string | undefined): number {
  const bytes = decode(text)
  const first = bytes?.findIndex((byte) => byte !== 0) ?? -1
  if (bytes === undefined || first === -1) return 0
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}

function decode(text: string | undefined): Buffer | undefined {
  if (text === undefined || !/^[A-Za-z0-9_-]+=*$/.test(text)) return undefined
  return Buffer.from(text, 'base64url')
}
