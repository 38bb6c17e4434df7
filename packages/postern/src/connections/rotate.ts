/** @module What a rotation begins or goes on with: the new key is kept before anybody is called. */

import {
  type GenerateKeyOptions,
  generateKey,
  isUnderWay,
  type PrivateKey,
  type PublicJwk,
  planRotation,
  type RotationState,
} from '@postern/core'
import type { RotatedApp } from './rotated-app.ts'
import type { RotationPlace } from './rotation-place.ts'

/** A rotation with its keys. */
export interface PreparedRotation {
  readonly state: RotationState
  /** Absent where it is not kept there (any more). */
  readonly oldKey: PrivateKey | undefined
  /** Absent where it is lost: then the rotation can only be taken back. */
  readonly newKey: PrivateKey | undefined
}

/** The rotation that is under way in a place, or a new one: the new key is kept before the plan that names it. */
export async function prepareRotation(
  place: RotationPlace,
  app: RotatedApp,
): Promise<PreparedRotation> {
  const kept = await place.readRotation(app.customDomains)
  if (kept !== undefined && isUnderWay(kept)) {
    const newKey = await place.readKey(kept.plan.newKey)
    const oldKey = await place.readKey(kept.plan.oldKey)
    // A key that is lost before Okta was asked to take it is no loss.
    if (newKey !== undefined || kept.phase !== 'planned') return { state: kept, oldKey, newKey }
  }
  const newKey = await generateKey(likeKey(app.publicJwk))
  const { org, clientId, scopes, jwksUri } = app
  const state = planRotation({
    org,
    clientId,
    scopes,
    oldKey: app.publicJwk,
    newKey: newKey.publicJwk,
    ...(jwksUri === undefined ? {} : { jwksUri }),
  })
  await place.beginRotation(state, newKey)
  const oldKey = await place.readKey(app.publicJwk)
  return { state, oldKey, newKey }
}

/** A new key of the same kind and size. */
function likeKey(old: PublicJwk): GenerateKeyOptions {
  if (old.kty === 'EC') return { alg: old.alg }
  // Base64url has four characters for three bytes.
  const bits = ([4096, 3072] as const).find((size) => old.n.length > size / 6 - 8)
  return { alg: old.alg, ...(bits === undefined ? {} : { bits }) }
}
