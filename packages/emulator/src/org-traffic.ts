/** @module The events that happen by themselves in one org: begun at its start or by the control API, changed, ended. */

import type { Org } from './state/org.ts'
import { startTraffic, type Traffic, type TrafficOptions } from './system-log/traffic.ts'

/** The one traffic of an org. */
export class OrgTraffic {
  readonly #org: Org
  #running: Traffic | undefined

  constructor(org: Org) {
    this.#org = org
  }

  /** Lets events come from now on, in the place of those that came so far. */
  start(options: TrafficOptions): void {
    this.stop()
    this.#running = startTraffic(this.#org, options)
  }

  /** Ends it; nothing where there is none. */
  stop(): void {
    this.#running?.stop()
    this.#running = undefined
  }
}
