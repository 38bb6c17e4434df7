/** @module What stored connections work with. */

import type { Clock, Transport } from '@postern/core'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'

/** What {@link Connections} works with. */
export interface ConnectionsContext {
  readonly store: Store
  readonly seal: Seal
  /**
   * The way to an org, or to what publishes a key set. Of this machine it reaches the origin that it was opened for, and that
   * only where `dev` is true.
   */
  readonly openTransport: (origin: string) => Transport
  readonly clock: Clock
  /** Allows orgs on this machine: the emulator. */
  readonly dev: boolean
  /** Where this server is reached from outside; absent where nobody reaches it. */
  readonly publicUrl?: string | undefined
  /** Told how long each request to an org waited for its turn under the rate limit. */
  readonly onWait?: (waitMs: number) => void
  /** Hosts that the operator allowed as custom domains. */
  readonly customDomains: () => Promise<readonly string[]>
}
