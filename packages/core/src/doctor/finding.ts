/** @module What a check found: a value and never an exception. */

import type { ErrorDetails, PosternError, Warning } from '../error.ts'

/**
 * How a check came out. `information` is worth knowing and needs nothing done; `warning` works today and may not
 * tomorrow; `failed` does not work; `unknown` could not be looked at; `skipped` builds on a check that did not pass.
 */
export type FindingStatus = 'ok' | 'information' | 'warning' | 'failed' | 'unknown' | 'skipped'

/** One thing a check found. Safe to print: text from the org is shortened, and no secret is in it. */
export interface Finding {
  /** The name of the check. */
  readonly check: string
  /** What it is, for programs; absent where there is nothing to name. */
  readonly code?: string
  readonly status: FindingStatus
  /** `likely`: what was seen has more than one possible cause, and the observation names them. */
  readonly certainty: 'proven' | 'likely'
  /** What was seen, with numbers and names. */
  readonly observed: string
  /** What to do: one action, with its screen, command or value. */
  readonly remedy?: string
  /** Facts for programs. */
  readonly details: ErrorDetails
}

/** A finding before it is known which check it is of. */
export type Observation = Omit<Finding, 'check'>

/** Whether somebody has to do something about it. */
export function isProblem({ status }: Pick<Finding, 'status'>): boolean {
  return status === 'warning' || status === 'failed'
}

/** All is well. */
export function ok(observed: string, details: ErrorDetails = {}): Observation {
  return { status: 'ok', certainty: 'proven', observed, details }
}

/** Worth knowing; Postern deals with it. */
export function information(
  code: string,
  observed: string,
  details: ErrorDetails = {},
): Observation {
  return { code, status: 'information', certainty: 'proven', observed, details }
}

/** What a parser changed in a text or remarks on it. */
export function remarks(warnings: readonly Warning[]): readonly Observation[] {
  return warnings.map(({ code, message }) => information(code, message))
}

/** What a parser let pass, and what goes wrong sooner or later. */
export function cautions(warnings: readonly Warning[], remedy: string): readonly Observation[] {
  return warnings.map(({ code, message }) => ({
    ...information(code, message),
    status: 'warning',
    remedy,
  }))
}

/** An error as a finding, in its own words. */
export function fromError(error: PosternError, status: FindingStatus = 'failed'): Observation {
  const { code, message, remedy, details } = error
  return { code, status, certainty: 'proven', observed: message, remedy, details }
}
