/** @module What a rotation may do to the keys that Okta keeps for an app, judged before it is done. */

import type { PublicJwk } from '../keys/public.ts'
import type { ServiceApp } from '../service-app/app.ts'
import { type AppKey, findKey, maxAppKeys } from '../service-app/public-keys.ts'
import { RotationError, type RotationErrorCode } from './rotation-error.ts'

const PUBLIC_KEYS = 'General > Client Credentials > PUBLIC KEYS'

/**
 * Refuses to give an app a second key where that would shut somebody out, or could not be done.
 *
 * @throws {RotationError}
 * @see Okta, "Application SSO Public Keys" - 50 keys, each with a kid of its own as soon as there are two
 */
export function requireRoomForKey(
  app: ServiceApp,
  keys: readonly AppKey[],
  { oldKey, newKey }: { readonly oldKey: PublicJwk; readonly newKey: PublicJwk },
): void {
  requireKeysInOkta(app)
  if (keys.some(({ kid }) => kid === undefined)) {
    throw refusal(
      'rotation_key_without_kid',
      'A registered key has no kid, and Okta adds no second key beside it.',
      `Delete that key in ${PUBLIC_KEYS} and add it again with a kid; programs that sign with it must then send the kid.`,
    )
  }
  requireOldKey(keys, oldKey)
  if (findKey(keys, newKey) !== undefined) return
  if (keys.some(({ kid }) => kid === newKey.kid)) {
    throw refusal(
      'rotation_kid_taken',
      `Another key of the app has the kid ${newKey.kid}.`,
      'Generate the new key with another kid.',
    )
  }
  if (keys.length < maxAppKeys) return
  throw refusal(
    'rotation_too_many_keys',
    `The app has ${keys.length} keys, and Okta keeps ${maxAppKeys} at most.`,
    `Delete keys that are not Active in ${PUBLIC_KEYS}.`,
  )
}

/**
 * Refuses to take the old key out of use while the new one could not serve in its place.
 *
 * @throws {RotationError} `rotation_only_key`
 */
export function requireSuccessor(keys: readonly AppKey[], newKey: PublicJwk): void {
  const successor = findKey(keys, newKey)
  if (successor?.isActive && successor.kid === newKey.kid) return
  throw refusal(
    'rotation_only_key',
    `The new key ${newKey.kid} is not among the app's active keys, so the old one is its only way in.`,
    'Run the rotation again from its start: it registers the new key.',
  )
}

function requireKeysInOkta(app: ServiceApp): void {
  if (app.authMethod !== 'private_key_jwt') {
    throw refusal(
      'rotation_app_unfit',
      `Client authentication of the app is ${app.authMethod ?? 'unknown'}, not Public key / Private key.`,
      'Set it under General > Client Credentials > Edit first.',
    )
  }
  if (app.jwksUri === undefined) return
  throw refusal(
    'rotation_keys_elsewhere',
    `The app takes its keys from ${app.jwksUri}; a key that is added in Okta would end that.`,
    'Rotate with --jwks-out FILE, and publish that file there.',
  )
}

function requireOldKey(keys: readonly AppKey[], oldKey: PublicJwk): void {
  const old = findKey(keys, oldKey)
  if (old?.kid === oldKey.kid) return
  const observed =
    old === undefined
      ? `The key in use, ${oldKey.kid}, is not registered with this app.`
      : `The key in use is registered under the kid ${old.kid ?? '(none)'}, not ${oldKey.kid}.`
  const remedy =
    'Give the key, kid and client id that get a token today: postern doctor says which do.'
  throw refusal('rotation_old_key_unknown', observed, remedy)
}

function refusal(code: RotationErrorCode, observed: string, remedy: string): RotationError {
  return new RotationError(code, observed, { remedy })
}
