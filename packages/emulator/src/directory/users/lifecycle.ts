/** @module `POST /api/v1/users/{id}/lifecycle/…`: from which state each operation leads to which, and what it answers. */

import type { Permission } from '../../authorization/permissions.ts'
import { type Answer, noContent, ok } from '../../http/answer.ts'
import { invalid, oktaError } from '../../http/okta-error.ts'
import type { ManagementRequest } from '../../http/request.ts'
import { randomText } from '../../ids.ts'
import { type User, type UserStatus, userStatuses } from '../../state/user.ts'
import { applyRules } from '../rules/apply.ts'
import { activated, statusAfterActivation } from './create.ts'
import { requireUser } from './find.ts'
import { deactivate } from './remove.ts'
import { requireSettled } from './settled.ts'
import { showUser } from './show.ts'
import { recordUser, type UserEvent } from './trace.ts'

/** One operation. */
export interface LifecycleOperation {
  readonly name: string
  readonly summary: string
  readonly permission: Permission
  readonly from: readonly UserStatus[]
  /** What is thrown from any other state. */
  refuse(): Error
  /** Makes the change. */
  perform(request: ManagementRequest, user: User): Answer
}

const living = userStatuses.filter((status) => status !== 'DEPROVISIONED')
const wrongStatus = () => oktaError('E0000038')

/**
 * The operations.
 *
 * @see Okta, "User lifecycle" - the states and what leads from one to another
 */
export const lifecycleOperations: readonly LifecycleOperation[] = [
  {
    name: 'activate',
    summary: 'Activates a user who is STAGED or DEPROVISIONED',
    permission: 'users.write',
    from: ['STAGED', 'DEPROVISIONED'],
    refuse: () => oktaError('E0000016'),
    perform: (request, user) => {
      const changed = activated(request.org, user, statusAfterActivation(user))
      put(request, changed, 'user.lifecycle.activate')
      applyRules(request.org, changed, request.cause)
      return activationAnswer(request)
    },
  },
  {
    name: 'reactivate',
    summary: 'Starts an activation again that was not finished',
    permission: 'users.write',
    from: ['PROVISIONED', 'RECOVERY'],
    refuse: wrongStatus,
    perform: (request, user) => {
      put(request, user, 'user.lifecycle.reactivate')
      return activationAnswer(request)
    },
  },
  {
    name: 'deactivate',
    summary: 'Deactivates a user, who loses every app',
    permission: 'users.write',
    from: living,
    refuse: wrongStatus,
    perform: (request, user) => {
      deactivate(request, user)
      return request.org.assumptions.deactivateAnswer === '204' ? noContent : ok({})
    },
  },
  {
    name: 'suspend',
    summary: 'Suspends an ACTIVE user',
    permission: 'users.write',
    from: ['ACTIVE'],
    refuse: () => invalid('suspendUser', 'Cannot suspend a user that is not active'),
    perform: (request, user) => become(request, user, 'SUSPENDED', 'user.lifecycle.suspend'),
  },
  {
    name: 'unsuspend',
    summary: 'Makes a SUSPENDED user ACTIVE again',
    permission: 'users.write',
    from: ['SUSPENDED'],
    refuse: () => invalid('unsuspendUser', 'Cannot unsuspend a user that is not suspended'),
    perform: (request, user) => become(request, user, 'ACTIVE', 'user.lifecycle.unsuspend'),
  },
  {
    name: 'unlock',
    summary: 'Unlocks a LOCKED_OUT user',
    permission: 'users.support',
    from: ['LOCKED_OUT'],
    refuse: () => oktaError('E0000032', { causes: ['The user is not locked out.'] }),
    perform: (request, user) => become(request, user, 'ACTIVE', 'user.account.unlock_by_admin'),
  },
  {
    name: 'reset_password',
    summary: 'Resets the password; with sendEmail=false the link is in the answer',
    permission: 'users.support',
    from: ['PROVISIONED', 'ACTIVE', 'RECOVERY', 'PASSWORD_EXPIRED', 'LOCKED_OUT'],
    refuse: wrongStatus,
    perform: (request, user) => {
      become(request, user, 'RECOVERY', 'user.account.reset_password')
      if (request.query.get('sendEmail') !== 'false') return ok({})
      return ok({ resetPasswordUrl: `${request.baseUrl}/reset_password/${randomText(20)}` })
    },
  },
  {
    name: 'expire_password',
    summary: 'Makes the user choose a new password at the next sign-in',
    permission: 'users.support',
    from: ['ACTIVE', 'PASSWORD_EXPIRED'],
    refuse: wrongStatus,
    perform: (request, user) => {
      if (request.query.get('tempPassword') === 'true') return expireWithTemporary(request, user)
      become(request, user, 'PASSWORD_EXPIRED', 'user.account.expire_password')
      return ok(showUser(request, request.org.users.get(user.id) ?? user))
    },
  },
  {
    name: 'expire_password_with_temp_password',
    summary: 'Expires the password, with a temporary one in the answer',
    permission: 'users.support',
    from: ['ACTIVE', 'PASSWORD_EXPIRED'],
    refuse: wrongStatus,
    perform: expireWithTemporary,
  },
  {
    name: 'reset_factors',
    summary: 'Takes every authenticator from a user',
    permission: 'users.support',
    from: living,
    refuse: wrongStatus,
    perform: (request, user) => {
      put(request, user, 'user.mfa.factor.reset_all')
      return ok({})
    },
  },
]

/**
 * Performs an operation on the user of the path.
 *
 * @throws {RefusedRequest} where the user's state does not allow it, or an activation is under way (`E0000112`).
 */
export function performLifecycle(
  operation: LifecycleOperation,
  request: ManagementRequest,
): Answer {
  const user = requireUser(request, operation.permission)
  requireSettled(user)
  if (!operation.from.includes(user.status)) throw operation.refuse()
  return operation.perform(request, user)
}

function put(request: ManagementRequest, user: User, event: UserEvent): void {
  const changed: User = { ...user, lastUpdatedMs: request.org.time.secondMs() }
  request.org.putUser(changed)
  recordUser(request, 'updated', changed, event)
}

function become(
  request: ManagementRequest,
  user: User,
  status: UserStatus,
  event: UserEvent,
): Answer {
  put(request, { ...user, status, statusChangedMs: request.org.time.secondMs() }, event)
  return ok({})
}

function expireWithTemporary(request: ManagementRequest, user: User): Answer {
  become(request, user, 'PASSWORD_EXPIRED', 'user.account.expire_password')
  return ok({ tempPassword: randomText(8) })
}

function activationAnswer({ baseUrl, query }: ManagementRequest): Answer {
  if (query.get('sendEmail') !== 'false') return ok({})
  const activationToken = randomText(20)
  return ok({ activationUrl: `${baseUrl}/welcome/${activationToken}`, activationToken })
}
