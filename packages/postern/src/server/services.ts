/** @module What the routes work with. */

import type { Clock } from '@postern/core'
import type { Domains } from '../connections/domains.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { AccessKeys } from './access-keys.ts'

/** The parts of a running Postern, as the routes see them. */
export interface Services {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly accessKeys: AccessKeys
  readonly domains: Domains
}
