/** @module Why a plan is not made, decided on, or applied. */

import { PosternError } from '@postern/core'
import type { PlanRow } from '../store/plans.ts'

/** What can be wrong with a plan. */
export type PlanErrorCode =
  | 'plan_not_needed'
  | 'plan_not_found'
  | 'plan_not_approved'
  | 'plan_expired'
  | 'plan_used'
  | 'plan_refused'
  | 'plan_decided'
  | 'plan_other_arguments'
  | 'plan_own'
  | 'plan_too_many'

/** A plan that is not made, decided on, or applied. */
export class PlanError extends PosternError<PlanErrorCode> {
  override readonly name = 'PlanError'
}

const PLAN_AGAIN = 'Plan it again, and have the new plan approved.'

/** The refusal of a plan that is not there, and of one that the caller may not see: nobody can tell them apart. */
export function planNotFound(): PlanError {
  return new PlanError('plan_not_found', 'There is no plan of that id or code for this caller.', {
    remedy: 'Look at the plans with `postern plan list`; a code is good for whoever asked for it.',
  })
}

/** The refusal of a plan for what changes nothing. */
export function planNotNeeded(action: string): PlanError {
  return new PlanError('plan_not_needed', `${action} changes nothing.`, {
    remedy: 'Run it: what only reads needs no plan.',
    details: { action },
  })
}

/** The refusal of one plan more than a caller may have open. */
export function planTooMany(max: number): PlanError {
  return new PlanError('plan_too_many', `This caller has ${max} plans that are open.`, {
    remedy: 'Apply some of them, or wait five minutes.',
    details: { retryAfterSeconds: 300 },
  })
}

/** The refusal of a code with other arguments than were planned. */
export function otherArguments({ id, action }: PlanRow): PlanError {
  return new PlanError(
    'plan_other_arguments',
    `Plan ${id} is for other arguments, or another action than ${action}.`,
    { remedy: 'Give the arguments that were planned, or leave them out.', details: { plan: id } },
  )
}

/** The refusal of whoever decides on a plan of their own. */
export function ownPlan({ id }: PlanRow): PlanError {
  return new PlanError('plan_own', `Plan ${id} was asked for with this very access key.`, {
    remedy: 'Have somebody else decide on it, with an access key of their own.',
    details: { plan: id },
  })
}

/** Why a plan cannot be applied, or decided on, as it stands now. */
export function notOpen(row: PlanRow, now: Date): PlanError {
  const details = { plan: row.id }
  const refuse = (code: PlanErrorCode, observed: string, remedy = PLAN_AGAIN) =>
    new PlanError(code, observed, { remedy, details })
  if (row.state === 'applied') {
    return refuse(
      'plan_used',
      `Plan ${row.id} was used already.`,
      `See in the audit log how its action.run came out. Where that says nothing, or that the outcome is not known, look in the org before you plan it again.`,
    )
  }
  if (row.state === 'refused') return refuse('plan_refused', `Plan ${row.id} was refused.`)
  if (row.expires_at <= now)
    return refuse('plan_expired', `Plan ${row.id} expired at ${row.expires_at.toISOString()}.`)
  if (row.state === 'approved')
    return refuse(
      'plan_decided',
      `Plan ${row.id} is approved already.`,
      'Apply it, or let it expire.',
    )
  return refuse(
    'plan_not_approved',
    `Nobody has approved plan ${row.id}.`,
    `Have somebody else approve it: postern plan approve ${row.id}, with an access key that has approve.`,
  )
}
