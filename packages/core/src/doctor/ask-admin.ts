/** @module Questions to an org with an admin's credential. Nothing is changed with it. */

import { PosternError } from '../error.ts'
import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import type { Examination } from './examination.ts'

/** What the org said; `absent` where there is no such object. */
export type AdminAnswer = { readonly json: unknown } | 'absent'

/**
 * Reads one object with the admin's credential. Undefined where there is none, or where it may not tell.
 *
 * @param as - somebody else who may tell.
 */
export async function askAdmin(
  { admin, signal, timeoutMs }: Examination,
  path: string,
  as: Org | undefined = admin,
): Promise<AdminAnswer | undefined> {
  if (as === undefined) return undefined
  try {
    const answer = await as.request({ path, signal, timeoutMs, maxAttempts: 1 })
    return { json: answer.json() }
  } catch (error) {
    if (error instanceof ApiError && error.code === 'object_not_found') return 'absent'
    // It only confirms what is likely without it; its own trouble is for its own diagnosis.
    if (error instanceof PosternError) return undefined
    throw error
  }
}
