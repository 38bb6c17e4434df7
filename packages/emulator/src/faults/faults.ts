/** @module The faults of one org: switched on and off by name, several at a time, in the order they came. */

import type { Answer } from '../http/answer.ts'
import type { UnroutedRequest } from '../http/exchange.ts'
import type { Interception, Interceptor } from '../http/interceptor.ts'
import { SetupError } from '../setup-error.ts'
import type { Fault, FaultPlace, Undo } from './fault.ts'
import type { ParameterValues } from './parameter.ts'
import { type FaultRequest, parseFaultRequest, readParameters } from './parameters.ts'
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
  /** Of a misconfiguration. */
  undo?: Undo
}

/** The faults that are switched on. */
export class Faults implements Interceptor {
  readonly #place: FaultPlace
  readonly #active: Active[] = []

  constructor(place: FaultPlace) {
    this.#place = place
  }

  /**
   * Switches a fault on; one that is on already gets the new parameters.
   *
   * @param request - a name, a text such as `clock-skew=300`, or a name and its parameters.
   * @throws {SetupError} where there is no such fault or parameter, or nothing that it could happen to.
   */
  on(request: string | FaultRequest): ActiveFault {
    const { name, parameters } =
      typeof request === 'string' ? parseFaultRequest(request, findFault) : request
    const fault = findFault(name)
    const values = readParameters(fault, parameters)
    this.off(name)
    const { summary, answers } = fault
    const active: Active = {
      name,
      summary,
      answers,
      parameters: values,
      fault,
      ...this.#begin(fault, values),
    }
    this.#active.push(active)
    this.#note('created', name)
    return active
  }

  /** Switches a fault off, and puts back what it changed; false where it was not on. */
  off(name: string): boolean {
    const index = this.#active.findIndex((active) => active.name === name)
    if (index === -1) return false
    // What came later was laid on top of it: that is lifted, and laid again on what is left.
    const later = this.#active.splice(index)
    for (const active of later.toReversed()) active.undo?.()
    for (const active of later.slice(1)) {
      this.#lay(active)
      this.#active.push(active)
    }
    this.#note('deleted', name)
    return true
  }

  /** Switches every fault off. */
  clear(): void {
    for (const { name } of this.#active.toReversed()) this.off(name)
  }

  /** The faults in force, the first one first. */
  list(): readonly ActiveFault[] {
    return this.#active.map(({ name, summary, answers, parameters }) => ({
      name,
      summary,
      answers,
      parameters,
    }))
  }

  before(request: UnroutedRequest): Interception | undefined {
    for (const { interceptor } of this.#active) {
      const interception = interceptor?.before?.(request)
      if (interception !== undefined) return interception
    }
    return undefined
  }

  after(request: UnroutedRequest, answer: Answer): Interception | undefined {
    let composed: Interception | undefined
    for (const { interceptor } of this.#active) {
      const interception = interceptor?.after?.(request, composed?.answer ?? answer)
      if (interception !== undefined) composed = { ...composed, ...interception }
    }
    return composed
  }

  #begin(fault: Fault, values: ParameterValues): Pick<Active, 'interceptor' | 'undo'> {
    return fault.kind === 'disturbance'
      ? { interceptor: fault.begin(this.#place, values) }
      : { undo: fault.change(this.#place, values) }
  }

  /** Changes the org again, as far as what the fault is about is still there. */
  #lay(active: Active): void {
    if (active.fault.kind === 'disturbance') return
    try {
      active.undo = active.fault.change(this.#place, active.parameters)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      active.undo = () => undefined
    }
  }

  #note(op: 'created' | 'deleted', id: string): void {
    this.#place.org.record({ what: 'fault', op, id })
  }
}
