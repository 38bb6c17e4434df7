/** @module A plan as the server tells it, and how it is. */

import { approvalTexts as texts } from '../../texts/console/approvals.ts'
import type { Found } from '../actions/action.ts'
import type { Tone } from '../parts/tone.ts'

/** Where plans are asked for. */
export const PLANS = '/v1/plans'

/** A plan in a list. */
export interface PlanSummary {
  readonly id: string
  readonly connection: string
  readonly action: string
  readonly state: 'waiting' | 'approved' | 'refused' | 'applied' | 'expired'
  readonly requestedBy: string
  readonly requestedByName?: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly decidedBy?: string
  readonly decidedByName?: string
  readonly decidedAt?: string
  readonly appliedAt?: string
}

/** A plan with what it would do. */
export interface Plan extends PlanSummary, Found {
  readonly approval: 'needed' | 'given'
  readonly arguments: Readonly<Record<string, unknown>>
  readonly reach: Readonly<Record<string, unknown>> | null
}

/** A plan that was just asked for, with the code that does it. */
export interface NewPlan extends Plan {
  readonly code: string
}

/** The path of a plan at the server. */
export function planPath(id: string, rest = ''): string {
  return `${PLANS}/${encodeURIComponent(id)}${rest}`
}

/** How it is. */
export function stateOf({ state }: PlanSummary): { readonly tone: Tone; readonly word: string } {
  return { tone: TONES[state], word: texts.states[state] }
}

const TONES = {
  waiting: 'busy',
  approved: 'good',
  refused: 'bad',
  applied: 'good',
  expired: 'quiet',
} as const
