/** @module A probe: one open question about Okta, asked of an org without changing anything in it. */

import type { AssumptionName } from '@postern/emulator'
import { codeOf, type Seen } from './exchange-log.ts'
import type { Subject } from './subject.ts'

/** One question of the emulator's, and how an org is asked. */
export interface Probe {
  readonly assumption: AssumptionName
  /** What is sent, for people: `GET /api/v1/users with a limit of 1,000`. */
  readonly asks: string
  /** The scopes that a service app must have been given. */
  readonly scopes?: readonly string[]
  /** Whether only a service app can ask it. */
  readonly needsServiceApp?: boolean
  /** Asks. Leaves the org as it was, but for tokens that it made and log entries about them. */
  ask(subject: Subject): Promise<ProbeAnswer>
}

/** What an org said to a probe. */
export type ProbeAnswer =
  /** One of the assumption's answers. */
  | { readonly kind: 'choice'; readonly choice: string }
  /** The assumption's number is at least the one and below the other. */
  | { readonly kind: 'range'; readonly atLeast: number; readonly below: number }
  /** None of the answers that the emulator knows. */
  | { readonly kind: 'unclear'; readonly why: string }
  /** This org or this credential cannot be asked. */
  | { readonly kind: 'not-applicable'; readonly why: string }

/** The org chose this. */
export function choice(name: string): ProbeAnswer {
  return { kind: 'choice', choice: name }
}

/** The org's number lies here. */
export function range(atLeast: number, below: number): ProbeAnswer {
  return { kind: 'range', atLeast, below }
}

/** The org, or what the credential sees of it, has nothing to show. */
export function notApplicable(why: string): ProbeAnswer {
  return { kind: 'not-applicable', why }
}

/** The answer is none that is known; a refusal for lack of a scope or role says only that. */
export function unclear(seen: Seen): ProbeAnswer {
  const code = codeOf(seen)
  if (seen.status === 403 && (code === 'E0000006' || code === 'insufficient_scope')) {
    return notApplicable(`This credential may not read it (403 ${code}).`)
  }
  if (code === 'E0000015') return notApplicable('The org does not have the feature (E0000015).')
  return { kind: 'unclear', why: `${seen.status} ${code ?? 'without a code'} is no known answer.` }
}

/** The status itself, where it is one of these. */
export function ofStatus(seen: Seen, ...known: readonly number[]): ProbeAnswer {
  return known.includes(seen.status) ? choice(String(seen.status)) : unclear(seen)
}
