/** @module What a fault is: something an operator or the world did wrong, with a name, and how it is put right. */

import type { Interceptor } from '../http/interceptor.ts'
import type { Org } from '../state/org.ts'
import type { Parameter, ParameterValues } from './parameter.ts'

/** What every fault says of itself. */
export interface FaultText {
  /** Words of the domain in kebab-case, as in `admin-role-missing`. */
  readonly name: string
  /** What is wrong: what the operator did, or what the network does. */
  readonly summary: string
  /** What a client sees, in one line. */
  readonly answers: string
  /** The first one may be given without its name. */
  readonly parameters?: Readonly<Record<string, Parameter>>
}

/** Where a fault happens, and to whom unless a parameter says otherwise. */
export interface FaultPlace {
  readonly org: Org
  /** That of the ready service app. */
  readonly clientId: string
  /** The API token of the org's first Super Admin. */
  readonly apiTokenId: string
  /** The control API of this org, which serves key sets to the faults of a `jwks_uri`. */
  readonly controlUrl: string
}

/** Puts back what a fault changed. */
export type Undo = () => void

/** A fault that changes the org as an administrator or the world would; the org's own logic then answers. */
export interface Misconfiguration extends FaultText {
  readonly kind: 'misconfiguration'
  /**
   * Changes the org. Without an undo it is a deed, such as a revocation: done once, and nothing to put back.
   *
   * @throws {SetupError} `fault_without_object` where the app or token that it is about is not there.
   */
  change(place: FaultPlace, values: ParameterValues): Undo | undefined
}

/** A fault of the way between client and org: exchanges are refused, bent or lost. */
export interface Disturbance extends FaultText {
  readonly kind: 'disturbance'
  /** Begins; what it gives is asked for each exchange, and decides about one at a time. */
  begin(place: FaultPlace, values: ParameterValues): Partial<Interceptor>
}

/** What can be switched on by its name, whether it changes the org or the way to it. */
export type Fault = Misconfiguration | Disturbance

/** An object with those members as they had been before, also where they had been absent: what an undo puts back. */
export function withMembersOf<T extends object>(now: T, before: T, names: readonly string[]): T {
  const kept = Object.entries(now).filter(([name]) => !names.includes(name))
  const old = Object.entries(before).filter(([name]) => names.includes(name))
  // Each member is that of one T or of the other.
  return Object.fromEntries([...kept, ...old]) as T
}
