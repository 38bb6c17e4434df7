/** @module Gives a service app a new key without a moment in which neither works. */

import { systemClock } from '../clock.ts'
import { isUnderWay, type RotationState } from './rotation.ts'
import type { RotationContext } from './rotation-context.ts'
import { RotationError } from './rotation-error.ts'
import { RotationRun } from './rotation-run.ts'

/** How long the old key stays out of use before it may be deleted: as long as a token lives that it was good for. */
export const retiredMinMs = 3_600_000

/**
 * Registers or publishes the new key, proves it by a token, makes it the key in use and takes the old one out of use.
 * Run again after whatever stopped it, it goes on.
 *
 * @param options.until - `registered` stops before the new key is proven, `switched` leaves the old one in use beside it.
 *   Default `retired`.
 * @throws {RotationError} for what would shut the app out, before anything is changed.
 * @throws {KeySetError} where the new key set is not published yet: publish it and run again.
 */
export async function applyRotation(
  before: RotationState,
  context: RotationContext,
  { until = 'retired' }: { readonly until?: 'registered' | 'switched' | 'retired' } = {},
): Promise<RotationState> {
  if (before.phase === 'rolling-back') {
    throw outOfOrder('The rotation is being taken back.', 'Take it back to its end first.')
  }
  if (!isUnderWay(before)) {
    throw outOfOrder(`The rotation is ${before.phase}.`, 'Begin a new rotation.')
  }
  const run = new RotationRun(before, context)
  await run.save({})
  await run.register()
  if (until === 'registered') return run.state
  await run.prove()
  await run.switch()
  if (until !== 'switched') await run.retire()
  return run.state
}

/**
 * Deletes the old key, at the earliest an hour after it went out of use.
 *
 * @throws {RotationError} `rotation_too_early`, `rotation_out_of_order`
 */
export async function finishRotation(
  before: RotationState,
  context: RotationContext,
): Promise<RotationState> {
  if (before.phase === 'finished') return before
  if (before.phase !== 'retired' || before.retiredAt === undefined) {
    throw outOfOrder('The old key is still in use.', 'Run the rotation first, without --retire.')
  }
  const { clock = systemClock } = context
  const waitMs = Date.parse(before.retiredAt) + retiredMinMs - clock.now().getTime()
  if (waitMs > 0) {
    const minutes = Math.ceil(waitMs / 60_000)
    throw new RotationError(
      'rotation_too_early',
      `The old key went out of use less than an hour ago (at ${before.retiredAt}).`,
      { remedy: `Run this again in ${minutes} minutes: until then it can be brought back.` },
    )
  }
  const run = new RotationRun(before, context)
  await run.finish()
  return run.state
}

/**
 * Makes the old key the key in use again, where it was not deleted, and removes the new one. Run again after whatever
 * stopped it, it goes on.
 *
 * @throws {RotationError} `rotation_out_of_order`
 */
export async function rollBackRotation(
  before: RotationState,
  context: RotationContext,
): Promise<RotationState> {
  if (before.phase === 'rolled-back') return before
  if (before.phase === 'finished') {
    throw outOfOrder('The old key is deleted.', 'Begin a new rotation.')
  }
  const run = new RotationRun(before, context)
  await run.rollBack()
  return run.state
}

function outOfOrder(observed: string, remedy: string): RotationError {
  return new RotationError('rotation_out_of_order', observed, { remedy })
}
