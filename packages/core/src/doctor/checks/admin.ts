/** @module Whether the org takes the admin's credential that shall prove what is only likely. */

import { PosternError } from '../../error.ts'
import { ApiError } from '../../org/errors.ts'
import type { Check } from '../check.ts'
import { ok } from '../finding.ts'
import { problem } from '../problems.ts'

/** Asks with it for its own owner. Behind a service app there is none, which the org says to those alone whom it lets in. */
export const adminCheck: Check = {
  name: 'admin',
  question: "Does the org take the admin's credential, where one is given?",
  needs: ['reachable'],
  async *run({ admin, signal, timeoutMs }) {
    if (admin === undefined) return true
    try {
      await admin.request({ path: '/api/v1/users/me', signal, timeoutMs, maxAttempts: 1 })
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
