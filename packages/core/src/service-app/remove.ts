/** @module Removes one object of an org. */

import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'

/**
 * Removes what is at a path. That nothing is there is as good: the answer to a first request may have been lost, and the
 * second one finds its work done.
 */
export async function removeObject(org: Org, path: string, signal?: AbortSignal): Promise<void> {
  try {
    await org.request({ method: 'DELETE', path, signal })
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'object_not_found')) throw error
  }
}
