/** @module Faults that come and go by the number of the request: the same plan disturbs the same client in the same way again. */

import type { UnroutedRequest } from '../http/exchange.ts'
import { type FaultRequest, parseFaultRequest } from './fault-request.ts'
import { findFault } from './registry.ts'

/** A fault for a few requests. */
export interface PlannedFault {
  /** The request that meets it first; the first of all has the number 1. */
  readonly request: number
  /** A name, a text such as `clock-skew=300`, or a name with parameters. */
  readonly fault: string | FaultRequest
  /** How many requests meet it. Default 1. */
  readonly requests?: number
}

/** Which requests are counted. */
export interface FaultPlanOptions {
  /** Those whose path begins like this. Default all. */
  readonly path?: string
}

/** What switches faults. */
interface Switches {
  on(fault: string | FaultRequest): unknown
  off(name: string): unknown
}

/** A plan that is being followed. */
export class FaultPlan {
  readonly #planned: readonly PlannedFault[]
  readonly #path: string
  readonly #on = new Map<string, number>()
  #count = 0

  constructor(planned: readonly PlannedFault[], { path = '/' }: FaultPlanOptions) {
    this.#planned = planned
    this.#path = path
  }

  /** Counts a request, and switches what is due before it is answered. */
  step(request: UnroutedRequest, switches: Switches): void {
    if (!request.path.startsWith(this.#path)) return
    this.#count++
    for (const [name, until] of this.#on) {
      if (until > this.#count) continue
      this.#on.delete(name)
      switches.off(name)
    }
    for (const { request: number, fault, requests = 1 } of this.#planned) {
      if (number !== this.#count) continue
      switches.on(fault)
      const { name } = typeof fault === 'string' ? parseFaultRequest(fault, findFault) : fault
      this.#on.set(name, number + requests)
    }
  }

  /** Switches off what is on because of the plan. */
  end(switches: Switches): void {
    for (const name of this.#on.keys()) switches.off(name)
    this.#on.clear()
  }
}
