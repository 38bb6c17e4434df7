/** @module The flags of `postern connect`. */

import type { ConnectionFlags } from '../connection-flags.ts'

/** The flags of `connect`, as they were typed. */
export interface ConnectFlags extends ConnectionFlags {
  readonly name: string
  readonly for?: string
  readonly rotationDays?: string
  readonly force?: true
  /** Whether somebody gives the values on the Connect page. */
  readonly browser?: true
  readonly methods?: string
  readonly connectOrigin?: string
}
