/** @module Where a setup, its private key and the rotations of that key are kept. */

import type { PrivateKey, PublicJwk, RotationState, SetupState } from '@postern/core'
import type { RotatedApp } from './rotated-app.ts'

/**
 * A place that holds one setup, or one app whose key is rotated. What it keeps survives a power cut as soon as the promise
 * resolved, and is there whole or not at all. One process at a time works in it.
 */
export interface SetupPlace {
  /** What a person calls it. */
  readonly label: string

  /** How far the setup got; undefined where none was begun. @throws {SetupError} `setup_state_invalid` */
  readSetup(): Promise<SetupState | undefined>
  /** Keeps the plan of a setup, then its key and the settings. */
  beginSetup(state: SetupState, key: PrivateKey): Promise<void>
  /**
   * Keeps how far a setup got; the settings before it, since the client id may be known only now.
   *
   * @param key - absent where the setup was taken back.
   */
  saveSetup(state: SetupState, key?: PrivateKey): Promise<void>
  /** Removes what a setup and its rotations kept; the plan last, so that a stop in between shows. */
  clear(): Promise<void>

  /** How far the last rotation got; undefined where there was none. @throws {RotationError} `rotation_state_invalid` */
  readRotation(customDomains?: readonly string[]): Promise<RotationState | undefined>
  /** Keeps a new key, then the plan that names it. */
  beginRotation(state: RotationState, newKey: PrivateKey): Promise<void>
  /** Keeps how far a rotation got. A key that is of no use after that is removed, and never before. */
  saveRotation(state: RotationState): Promise<void>
  /** Makes a key the one in use: readers of the settings see the old one or the new one, with its kid. */
  useKey(app: RotatedApp, publicJwk: PublicJwk): Promise<void>

  /** The private key of a public half; undefined where it is not kept here. */
  readKey(publicJwk: PublicJwk): Promise<PrivateKey | undefined>
}
