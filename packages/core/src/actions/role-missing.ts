/** @module A refusal for want of an admin role, said with the roles that the action asks for. */

import { ApiError } from '../org/errors.ts'
import type { Action } from './action.ts'
import { ActionError } from './action-error.ts'

/**
 * The error of an action for what the org refused because of the role; any other error as it is. Okta answers 403 for
 * reasons of the object too, each with a code of its own.
 */
export function explainRefusal({ roles }: Pick<Action, 'roles'>, error: unknown): unknown {
  if (!(error instanceof ApiError) || error.code !== 'role_insufficient') return error
  const { okta } = error
  if (roles.length === 0 || (okta.errorCode ?? 'E0000006') !== 'E0000006') return error
  return new ActionError('action_role_missing', error.message, {
    remedy: `Give the app an admin role that covers it, the least of ${roles.join(', ')} that will do, on the app's Admin roles tab; for an API token, give its owner that role.`,
    details: { roles, okta },
    cause: error,
  })
}
