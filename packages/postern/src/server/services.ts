/** @module What the routes work with. */

import type { Clock } from '@postern/core'
import type { Actions } from '../actions/actions.ts'
import type { KnownActions } from '../actions/known-actions.ts'
import type { Plans } from '../actions/plans.ts'
import type { ConnectSessions } from '../connections/connect-sessions.ts'
import type { Connections } from '../connections/connections.ts'
import type { Domains } from '../connections/domains.ts'
import type { GuidedSetups } from '../connections/guided-setups.ts'
import type { KeyDrafts } from '../connections/key-drafts.ts'
import type { KeySets } from '../connections/key-sets.ts'
import type { RepairRequest } from '../connections/repair.ts'
import type { Rotations } from '../connections/rotations.ts'
import type { Setups } from '../connections/setups.ts'
import type { Feeds } from '../feeds/feeds.ts'
import type { Schedules } from '../feeds/schedule.ts'
import type { Sinks } from '../feeds/sinks.ts'
import type { Stream } from '../http/stream.ts'
import type { Log } from '../log.ts'
import type { Caller } from '../store/audit.ts'
import type { AuditBatch } from '../store/audit-batch.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { AccessKeys } from './access-keys.ts'
import type { Changes } from './changes.ts'
import type { OpenId } from './console/openid.ts'
import type { ConsoleSessions } from './console/sessions.ts'
import type { Metrics } from './metrics.ts'

/** The parts of a running Postern, as the routes see them. */
export interface Services {
  readonly store: Store
  readonly seal: Seal
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** The origins whose pages may embed the Connect page and hear from it. */
  readonly connectOrigins: readonly string[]
  readonly accessKeys: AccessKeys
  readonly consoleSessions: ConsoleSessions
  readonly changes: Changes
  /** The provider by which people sign in to the console; undefined where there is none. */
  readonly openId: OpenId | undefined
  /** Where hand-outs are noted before they are given. */
  readonly auditBatch: AuditBatch
  readonly domains: Domains
  readonly connections: Connections
  /** The way to the org of a connection for what is passed on. */
  readonly openStream: (org: string) => Stream
  readonly rotations: Rotations
  readonly setups: Setups
  /** Repairs the app of a connection. */
  readonly repair: (
    name: string,
    request: RepairRequest,
    by: Caller,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<void>
  readonly guidedSetups: GuidedSetups
  readonly keyDrafts: KeyDrafts
  readonly connectSessions: ConnectSessions
  /** Where this server is reached from outside; undefined where nobody reaches it. */
  readonly publicUrl: string | undefined
  readonly keySets: KeySets
  readonly actions: Actions
  readonly plans: Plans
  readonly knownActions: KnownActions
  readonly schedules: Schedules
  readonly feeds: Feeds
  readonly sinks: Sinks
}
