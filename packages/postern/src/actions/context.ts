/** @module What actions work with. */

import type { Clock } from '@postern/core'
import type { Connections } from '../connections/connections.ts'
import type { Log } from '../log.ts'
import type { AuditBatch } from '../store/audit-batch.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'

/** The parts that actions and plans work with. */
export interface ActionsContext {
  readonly store: Store
  readonly seal: Seal
  readonly clock: Clock
  readonly log: Log
  readonly connections: Pick<Connections, 'open'>
  /** Where what only reads is noted. */
  readonly auditBatch: AuditBatch
  /** Told of each run, and how it came out: `ok`, `partial`, or the code of the error. */
  readonly onRun?: ((action: string, outcome: string) => void) | undefined
}
