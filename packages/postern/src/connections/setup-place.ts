/** @module Where a setup and its private key are kept. */

import type { PrivateKey, SetupState } from '@postern/core'

/**
 * A place that holds one setup. What it keeps survives a power cut as soon as the promise resolved. One process at a time
 * works in it.
 */
export interface SetupPlace {
  /** What a person calls it. */
  readonly label: string
  /** How far the setup got; undefined where none was begun. @throws {SetupError} `setup_state_invalid` */
  readSetup(): Promise<SetupState | undefined>
  /** Keeps the plan of a setup before its key and the settings: stopped in between, it shows that nobody has seen them. */
  beginSetup(state: SetupState, key: PrivateKey): Promise<void>
  /**
   * Keeps how far a setup got; the settings before it, since the client id may be known only now.
   *
   * @param key - absent where the setup was taken back.
   */
  saveSetup(state: SetupState, key?: PrivateKey): Promise<void>
  /** The private key of the setup's app that is in use; undefined where it is not kept here. */
  readKeyInUse(state: SetupState): Promise<PrivateKey | undefined>
  /** Removes everything that is kept; the plan last, so that a stop in between shows. */
  clear(): Promise<void>
}
