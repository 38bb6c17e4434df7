/** @module What becomes of each of many objects, and when the rest of them is given up. */

import { PosternError } from '../error.ts'
import { ApiError } from '../org/errors.ts'
import { TokenError } from '../token/errors.ts'
import { UpstreamError } from '../transport.ts'
import type { Action, ActionItem, Applied } from './action.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'
import { eachInParallel } from './in-parallel.ts'
import { explainRefusal } from './role-missing.ts'

/** What became of one object. */
export type Outcome = Omit<ActionItem, 'value'>

/** Of an object that would be changed. */
export const PLANNED: Outcome = { outcome: 'planned' }

/** Of an object that is so already. */
export const ALREADY_SO: Outcome = { outcome: 'already_so' }

const CHANGED: Outcome = { outcome: 'changed' }

const PARALLEL = 8
// As many as are under way together: then it is the way to the org, and not the one object.
const MAX_LOST_IN_A_ROW = 8

/** Of an object that could not be changed. */
export function failed({ code, message, remedy }: PosternError): Outcome {
  return { outcome: 'failed', error: { code, message, remedy } }
}

/**
 * Changes one object after the other, some at a time. One that fails stops no other; but where the token, the role or the
 * rate limit refuses one, or nobody answers any more, the rest is not tried and fails alike.
 *
 * @returns the outcome of each by its id.
 * @throws what is no `PosternError`: the reason of the signal, say.
 */
export async function changeEach<Target extends { readonly id: string }>(
  calls: Calls,
  action: Action,
  targets: readonly Target[],
  change: (target: Target) => Promise<Applied>,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  let lostInARow = 0
  let ending: PosternError | undefined
  const changeOne = async (target: Target): Promise<Outcome> => {
    if (ending !== undefined) return failed(ending)
    try {
      const { changed = true } = await change(target)
      lostInARow = 0
      return changed ? CHANGED : ALREADY_SO
    } catch (thrown) {
      calls.signal?.throwIfAborted()
      const error = explainRefusal(action, thrown)
      if (!(error instanceof PosternError)) throw error
      lostInARow = isLost(error) ? lostInARow + 1 : 0
      if (isOfAll(error) || lostInARow >= MAX_LOST_IN_A_ROW) ending ??= error
      return failed(error)
    }
  }
  await eachInParallel(targets, PARALLEL, async (target) => {
    outcomes.set(target.id, await changeOne(target))
    calls.onProgress({ done: outcomes.size, of: targets.length })
  })
  return outcomes
}

/** Whether every further one would be refused alike. */
function isOfAll(error: PosternError): boolean {
  if (error instanceof TokenError) return true
  if (error instanceof ActionError) return error.code === 'action_role_missing'
  if (error instanceof UpstreamError) return error.code === 'rate_limited'
  return error instanceof ApiError && (error.okta.status === 401 || SCOPE.includes(error.code))
}

const SCOPE: readonly string[] = ['scope_insufficient', 'endpoint_not_for_tokens']

function isLost(error: PosternError): boolean {
  return error instanceof UpstreamError || error.code === 'action_outcome_unknown'
}
