/** @module Runs an action: judges the scopes, prepares, and makes the change where there is one to make. */

import { type MissingScopes, missingScopes } from '../org/missing-scopes.ts'
import type { Org } from '../org/org.ts'
import type { Action, ActionAnswer, Applied, Effect, Prepared } from './action.ts'
import { ActionError } from './action-error.ts'
import { parseArguments } from './arguments.ts'
import { Calls, type CallsOptions } from './calls.ts'
import { explainRefusal } from './role-missing.ts'

/** Options of {@link runAction}. */
export interface RunActionOptions extends CallsOptions {
  /** Changes nothing, and answers what would be different. */
  readonly dryRun?: boolean
  /** The effects that somebody approved: any other is refused before anything is done. */
  readonly approvedEffects?: readonly Effect[] | undefined
  /** Judges what was found before anything is done. Whatever it throws ends the run. */
  readonly onPrepared?: ((prepared: PreparedAction) => void | Promise<void>) | undefined
}

/**
 * Runs an action of an org. What is so already is success with `changed: false`, so running it twice is as running it once.
 *
 * @param given - the arguments as a caller gave them.
 * @throws {ActionError} `action_arguments_invalid`, `action_scope_missing`, `action_effects_changed`, and what its
 *   preparation refuses; `action_outcome_unknown` where nobody can say whether it was done.
 * @throws what `Org.request` throws.
 */
export async function runAction(
  org: Org,
  action: Action,
  given: unknown,
  { dryRun = false, approvedEffects, onPrepared, ...options }: RunActionOptions = {},
): Promise<ActionAnswer> {
  const prepared = await prepareAction(org, action, given, options)
  const { calls, ...found } = prepared
  if (approvedEffects !== undefined) requireApproved(found.effects, approvedEffects)
  await onPrepared?.(prepared)
  const isChange = !dryRun && action.effect === 'change' && found.effects.length > 0
  const applied = isChange && found.apply ? await explaining(action, found.apply) : undefined
  const { result, items } = { ...found, ...applied }
  return {
    action: action.name,
    dryRun,
    changed: applied === undefined ? dryRun && found.effects.length > 0 : wasChanged(applied),
    objects: found.objects,
    before: found.before,
    after: applied?.after ?? found.after,
    effects: found.effects,
    ...(result === undefined ? {} : { result }),
    ...(items === undefined ? {} : { items }),
    notes: [...(found.notes ?? []), ...(applied?.notes ?? [])],
    requestIds: action.effect === 'read' ? calls.readIds : calls.changeIds,
  }
}

/** What a preparation found, and the requests it was found with. */
export type PreparedAction = Prepared & { readonly calls: Calls }

/**
 * Finds what an action would do, and changes nothing.
 *
 * @throws what {@link runAction} throws, of what does not change anything.
 */
export async function prepareAction(
  org: Org,
  action: Action,
  given: unknown,
  options: CallsOptions = {},
): Promise<PreparedAction> {
  const args = parseArguments(action, given)
  const lacks = await missingScopes(org, { path: '/api/v1', scopes: action.scopes }, options.signal)
  if (lacks.missing.length > 0) throw scopeMissing(action, lacks)
  const calls = new Calls(org, options)
  return { ...(await explaining(action, () => action.prepare(calls, args))), calls }
}

async function explaining<Value>(action: Action, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run()
  } catch (error) {
    throw explainRefusal(action, error)
  }
}

function wasChanged({ changed = true, items }: Applied): boolean {
  if (!changed) return false
  return items === undefined || items.some(({ outcome }) => outcome === 'changed')
}

function requireApproved(effects: readonly Effect[], approved: readonly Effect[]): void {
  const known = new Set(approved.map(keyOf))
  const others = effects.filter((effect) => !known.has(keyOf(effect)))
  if (others.length === 0) return
  throw new ActionError(
    'action_effects_changed',
    `The org is no longer as it was: ${others.length} of ${effects.length} effects were not approved.`,
    { remedy: 'Plan it again, and have the new plan approved.' },
  )
}

function keyOf({ change, objects }: Effect): string {
  return JSON.stringify([change, objects])
}

function scopeMissing({ name }: Action, { missing, granted }: MissingScopes): ActionError {
  const names = missing.join(', ')
  return new ActionError('action_scope_missing', `The token for ${name} has no ${names}.`, {
    remedy: `Grant ${names} on the app's Okta API Scopes tab, and ask for it (--scopes).`,
    details: { missing, granted },
  })
}
