/** @module Who changes an org, as a request names it, and whether the caller may have it done so. */

import { Secret } from '@postern/core'
import type { AdminChoice } from '../../connections/admin-choice.ts'
import type { RequestCaller } from '../caller.ts'

/** What a body may say. */
export interface AdminBody {
  readonly admin?: string | undefined
  readonly adminToken?: string | undefined
}

/**
 * The choice that a body makes. Whoever names a connection as the administrator uses its credential, so they need every
 * right on it.
 *
 * @throws {ServerError} `access_denied`, or `connection_not_found` for a connection that the caller may not see.
 */
export function adminChoiceOf(
  { admin, adminToken }: AdminBody,
  caller: Pick<RequestCaller, 'requireVerb'>,
): AdminChoice {
  if (admin !== undefined) caller.requireVerb('admin', admin)
  return { admin, adminToken: adminToken === undefined ? undefined : new Secret(adminToken) }
}
