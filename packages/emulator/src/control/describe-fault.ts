/** @module A fault in the words of the control API. */

import type { Fault } from '../faults/fault.ts'
import type { Parameter } from '../faults/parameter.ts'

/** A fault as the control API and `postern emulator --list-faults --output json` show it. */
export interface FaultDescription {
  readonly name: string
  readonly kind: Fault['kind']
  readonly summary: string
  readonly answers: string
  /** By name; empty where it has none. */
  readonly parameters: Readonly<Record<string, Parameter>>
}

/** What can be known of a fault before it is switched on. */
export function describeFault(fault: Fault): FaultDescription {
  const { name, kind, summary, answers, parameters = {} } = fault
  return { name, kind, summary, answers, parameters }
}
