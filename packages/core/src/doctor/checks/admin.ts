/** @module Whether the org takes the admin's credential, and whether it is allowed all that a set-up or a repair takes. */

import { PosternError } from '../../error.ts'
import { ApiError } from '../../org/errors.ts'
import { checkPrerequisites, describeMissing } from '../../service-app/prerequisites.ts'
import type { Check } from '../check.ts'
import { ok } from '../finding.ts'
import { problem } from '../problems.ts'

// All that a set-up takes, and every repair.
const TASK = { via: 'apps', assignsRoles: true } as const

/**
 * Asks what it may do, and makes nothing with it: where the owner's roles cannot be read, a new app is sent that no org
 * accepts.
 *
 * @see Okta, "Implement OAuth for Okta" - only a Super Admin grants scopes
 */
export const adminCheck: Check = {
  name: 'admin',
  question: "Does the org take the admin's credential, where one is given, and what may it not do?",
  needs: ['reachable'],
  async *run({ admin, signal, timeoutMs }) {
    if (admin === undefined) return true
    try {
      const limits = { signal, timeoutMs, maxAttempts: 1 }
      const prerequisites = await checkPrerequisites(admin, TASK, limits)
      const missing = describeMissing(prerequisites)
      if (missing !== undefined) {
        const observed = `The admin's credential may not: ${missing}`
        yield problem('admin_too_narrow', observed, {
          status: 'warning',
          details: { prerequisites },
        })
        return true
      }
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      if (!(error instanceof ApiError) || error.okta.status === 401) {
        const observed = `The admin's credential is of no use here. ${error.message}`
        yield problem('admin_refused', observed, { status: 'warning', details: error.details })
        return true
      }
    }
    yield ok("The org takes the admin's credential.")
    return true
  },
}
