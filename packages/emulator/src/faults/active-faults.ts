/** @module The faults of one org: switched on and off by name, several at a time, in the order they came. */

import type { Answer } from '../http/answer.ts'
import type { UnroutedRequest } from '../http/exchange.ts'
import type { Alteration, Interception, Interceptor } from '../http/interceptor.ts'
import { SetupError } from '../setup-error.ts'
import type { Fault, FaultPlace, Misconfiguration, Undo } from './fault.ts'
import { FaultPlan, type FaultPlanOptions, type PlannedFault } from './fault-plan.ts'
import { type FaultRequest, parseFaultRequest, readParameters } from './fault-request.ts'
import type { ParameterValues } from './parameter.ts'
import { findFault } from './registry.ts'

/** A fault in force. */
export interface ActiveFault {
  readonly name: string
  readonly summary: string
  readonly answers: string
  readonly parameters: ParameterValues
}

interface Active extends ActiveFault {
  readonly fault: Fault
  /** Of a disturbance. */
  readonly interceptor?: Partial<Interceptor>
  /** Of a misconfiguration; absent for a deed, which is done once. */
  undo?: Undo | undefined
}

/** The faults that are switched on. */
export class Faults implements Interceptor {
  readonly #place: FaultPlace
  readonly #active: Active[] = []
  #plan: FaultPlan | undefined

  constructor(place: FaultPlace) {
    this.#place = place
  }

  /**
   * Switches a fault on; one that is on already gets the new parameters, and is as it was where they are refused.
   *
   * @param request - a name, a text such as `clock-skew=300`, or a name and its parameters.
   * @throws {SetupError} where there is no such fault or parameter, or nothing that it could happen to.
   */
  on(request: string | FaultRequest): ActiveFault {
    const { name, parameters } =
      typeof request === 'string' ? parseFaultRequest(request, findFault) : request
    const fault = findFault(name)
    const values = readParameters(fault, parameters)
    const index = this.#indexOf(name)
    const lifted = this.#lift(index)
    this.#lay(lifted.slice(1))
    const active = this.#begin(fault, values, () => {
      this.#lift(index)
      this.#lay(lifted)
    })
    this.#active.push(active)
    if (lifted.length > 0) this.#note('deleted', name)
    this.#note('created', name)
    return show(active)
  }

  /** Switches a fault off, and puts back what it changed; false where it was not on. */
  off(name: string): boolean {
    const [found, ...later] = this.#lift(this.#indexOf(name))
    if (found === undefined) return false
    this.#lay(later)
    this.#note('deleted', name)
    return true
  }

  /** Switches every fault off, and ends the plan. */
  clear(): void {
    this.#plan = undefined
    for (const { name } of this.#active.toReversed()) this.off(name)
  }

  /**
   * Lets faults come and go by the number of the request, in the place of the plan before.
   *
   * @throws {SetupError} for a fault or a parameter that there is none of; the plan before stays then.
   */
  follow(planned: readonly PlannedFault[], options: FaultPlanOptions = {}): void {
    for (const { fault } of planned) {
      const { name, parameters } =
        typeof fault === 'string' ? parseFaultRequest(fault, findFault) : fault
      readParameters(findFault(name), parameters)
    }
    this.#plan?.end(this)
    this.#plan = new FaultPlan(planned, options)
  }

  /** The faults in force, the first one first. */
  list(): readonly ActiveFault[] {
    return this.#active.map(show)
  }

  before(request: UnroutedRequest): Interception | undefined {
    this.#plan?.step(request, this)
    for (const { interceptor } of this.#active) {
      const interception = interceptor?.before?.(request)
      if (interception !== undefined) return interception
    }
    return undefined
  }

  after(request: UnroutedRequest, answer: Answer): Alteration | undefined {
    let composed: Alteration | undefined
    for (const { interceptor } of this.#active) {
      const alteration = interceptor?.after?.(request, composed?.answer ?? answer)
      if (alteration !== undefined) composed = { ...composed, ...alteration }
    }
    return composed
  }

  #begin(fault: Fault, parameters: ParameterValues, onRefused: () => void): Active {
    const { name, summary, answers } = fault
    const active = { name, summary, answers, parameters, fault }
    if (fault.kind === 'disturbance') {
      return { ...active, interceptor: fault.begin(this.#place, parameters) }
    }
    try {
      return { ...active, undo: fault.change(this.#place, parameters) }
    } catch (error) {
      onRefused()
      throw error
    }
  }

  #indexOf(name: string): number {
    const index = this.#active.findIndex((active) => active.name === name)
    return index === -1 ? this.#active.length : index
  }

  /** Takes a fault away, and what came later and was laid on top of it, the last one first. */
  #lift(index: number): readonly Active[] {
    const lifted = this.#active.splice(index)
    for (const active of lifted.toReversed()) active.undo?.()
    return lifted
  }

  /** Changes the org again, as far as what the faults are about is still there. A deed is not done twice. */
  #lay(lifted: readonly Active[]): void {
    for (const active of lifted) {
      if (active.fault.kind === 'misconfiguration' && active.undo !== undefined) {
        active.undo = this.#changeAgain(active.fault, active.parameters)
      }
      this.#active.push(active)
    }
  }

  #changeAgain(fault: Misconfiguration, parameters: ParameterValues): Undo {
    const nothing: Undo = () => undefined
    try {
      return fault.change(this.#place, parameters) ?? nothing
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      return nothing
    }
  }

  #note(op: 'created' | 'deleted', id: string): void {
    this.#place.org.record({ what: 'fault', op, id })
  }
}

function show({ name, summary, answers, parameters }: Active): ActiveFault {
  return { name, summary, answers, parameters }
}
