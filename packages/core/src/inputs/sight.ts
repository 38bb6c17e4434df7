/** @module Whether a credential sees anything of an input: without an admin role Okta answers with empty lists, and says no more. */

import type { Org } from '../org/org.ts'
import type { Priority } from '../org/rate-limit.ts'
import type { Query } from '../org/request.ts'
import type { Input } from './input.ts'
import { roleMissing } from './input-error.ts'

/**
 * Asks for one record where every org has some. It is for whoever found nothing new, which is what somebody without an admin
 * role finds too.
 *
 * @throws {InputError} `role_missing` where the list is empty; and what `Org.request` throws.
 */
export async function requireSight(
  org: Org,
  input: Pick<Input, 'resource' | 'everyOrgHas'>,
  options: {
    readonly query?: Query
    readonly priority: Priority
    readonly signal?: AbortSignal | undefined
  },
): Promise<void> {
  const { query = {}, priority, signal } = options
  // Of a parent's list that of the parents.
  const path = input.resource.replace(/\/\{id\}.*/, '')
  const answer = await org.request({ path, query: { ...query, limit: 1 }, priority, signal })
  const records = answer.json()
  if (!Array.isArray(records) || records.length > 0) return
  throw roleMissing({ ...input, resource: path })
}
