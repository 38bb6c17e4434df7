/** @module Where the rotation of an app's key is kept, with both keys. */

import type { PrivateKey, PublicJwk, RotationState } from '@postern/core'
import type { RotatedApp } from './rotated-app.ts'

/**
 * A place that holds one app's rotation. What it keeps survives a power cut as soon as the promise resolved. One process at
 * a time works in it.
 */
export interface RotationPlace {
  /** How far the last rotation got; undefined where there was none. @throws {RotationError} `rotation_state_invalid` */
  readRotation(customDomains: readonly string[]): Promise<RotationState | undefined>
  /** Keeps a new key, and not before the end of that the plan that names it. */
  beginRotation(state: RotationState, newKey: PrivateKey): Promise<void>
  /** Keeps how far a rotation got. A key that nobody needs any more after that is removed, and never before. */
  saveRotation(state: RotationState): Promise<void>
  /** Makes a key the one in use: whoever looks sees the old one or the new one, with its kid. */
  useKey(app: RotatedApp, publicJwk: PublicJwk): Promise<void>
  /** The private key of a public half; undefined where it is not kept here. */
  readKey(publicJwk: PublicJwk): Promise<PrivateKey | undefined>
}
