/** @module An org that answers, and the emulator that runs one or many of them. */

import type { Faults } from './faults/active-faults.ts'
import type { FaultRequest } from './faults/fault-request.ts'
import type { OrgCall } from './http/org-call.ts'
import type { RateLimits } from './http/rate-limit.ts'
import type { KeptOrg } from './kept/kept-org.ts'
import type { OrgTraffic } from './org-traffic.ts'
import type { ReadyApp, ReadyAppOptions } from './ready-app.ts'
import type { OrgRecord } from './recorded/org-record.ts'
import type { Org, OrgOptions } from './state/org.ts'

/** How one org is started. */
export interface OrgStartOptions extends OrgOptions, ReadyAppOptions {
  /** The `Host` that leads to it, such as `acme.localhost`; for several orgs on one port. */
  readonly host?: string
  /** The path that leads to it, such as `/orgs/acme`; for several orgs on one port. */
  readonly path?: string
  /** How many users it has, the first Super Admin included, who is always there. Default 1, with no groups or apps. */
  readonly users?: number
  /** Beside `Everyone`; default by the number of users. */
  readonly groups?: number
  /** Beside Okta's own and the ready service app; default by the number of users. */
  readonly apps?: number
  /** Faults in force from the start: names, texts such as `clock-skew=300`, or names with parameters. */
  readonly faults?: readonly (string | FaultRequest)[]
  /** Events that happen by themselves. */
  readonly traffic?: { readonly perSecond: number }
  /** What was recorded in a real org; beside it, the org has a first Super Admin and what Okta gives to each. */
  readonly records?: readonly OrgRecord[]
  /** Events of the days before anybody looked. */
  readonly history?: { readonly events: number; readonly days: number }
  /**
   * Makes an org that can be kept ({@link RunningOrg.keep}), or one that was kept be as it was. The other options must be
   * those of the first time; what the control API switched, but for events that it let happen, is not kept.
   */
  readonly kept?: KeptOrg | 'new'
  /** Told of each request before its answer is sent: when it came, how it was counted, what it was told. */
  readonly onCall?: (call: OrgCall) => void
}

/** An org that answers. */
export interface RunningOrg {
  readonly org: Org
  readonly url: string
  /** The value of the first Super Admin's API token, for `Authorization: SSWS …`. */
  readonly adminToken: string
  /** The service app that works at once. */
  readonly app: ReadyApp
  readonly faults: Faults
  readonly limits: RateLimits
  readonly traffic: OrgTraffic
  /** Where the control API speaks of this org. */
  readonly control: string
  /** What no handler expected; empty unless the emulator is wrong. */
  readonly unexpected: readonly unknown[]
  /**
   * What is to be kept of an org that was started with `kept`, as it is now: to be asked after each request that may have
   * changed it ({@link OrgStartOptions.onCall}).
   *
   * @throws {SetupError} `org_invalid` for any other org.
   */
  keep(): KeptOrg
  /** Ends the org; of an org that was started by itself also its port and its control API. */
  close(): Promise<void>
}

/** One or many orgs on one port, and their control API on another. */
export interface Emulator {
  /** The origin of the port. */
  readonly url: string
  /** The control API. */
  readonly control: string
  readonly orgs: ReadonlyMap<string, RunningOrg>
  /**
   * Starts one more org on the same port.
   *
   * @throws {SetupError} `org_exists` or `org_invalid`, and whatever its faults or assumptions are refused for.
   */
  add(options: OrgStartOptions): Promise<RunningOrg>
  close(): Promise<void>
}
