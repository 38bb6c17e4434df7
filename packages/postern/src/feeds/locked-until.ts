/** @module When a run is tried again for which the store was locked. */

import { PosternError } from '@postern/core'
import { MasterKeyError } from '../config/master-key/source.ts'
import type { Seal } from '../store/seal.ts'

const REST_MS = 30_000

/**
 * When to try again, without waiting for the schedule, what an error stopped: where nothing can be opened until some process is
 * given the master key, or its service answers. Undefined for any other error; one of them is a record that was sealed with an
 * old version that is gone, which stays shut.
 */
export function lockedUntil(
  error: unknown,
  { state }: Pick<Seal, 'state'>,
  now: Date,
): Date | undefined {
  if (!(error instanceof PosternError) || error.code !== 'seal_locked') return undefined
  const isLocked = state.status === 'locked' || error.cause instanceof MasterKeyError
  return isLocked ? new Date(now.getTime() + REST_MS) : undefined
}
