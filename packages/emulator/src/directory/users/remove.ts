/** @module Deactivating a user, and deleting one: two steps with one method. */

import { membershipEvent } from '../../apps/events.ts'
import { type Answer, noContent } from '../../http/answer.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'
import { removeMember, touchMembership } from '../membership.ts'
import { withdrawFromRules } from '../rules/apply.ts'
import { requireUser } from './find.ts'
import { requireSettled } from './settled.ts'
import { recordUser } from './trace.ts'

/**
 * The first call deactivates a user, the second one deletes the user for good.
 *
 * @see Okta, "Delete a user"
 */
export function deleteUser(request: ManagementRequest): Answer {
  const user = requireUser(request, 'users.write')
  requireSettled(user)
  if (user.status === 'DEPROVISIONED') removeForGood(request, user)
  else deactivate(request, user)
  return noContent
}

/** Deactivates a user, who loses every app and API token with it, for good. */
export function deactivate(request: ManagementRequest, user: User): void {
  const { org } = request
  const nowMs = org.time.secondMs()
  const changed: User = {
    ...user,
    status: 'DEPROVISIONED',
    statusChangedMs: nowMs,
    lastUpdatedMs: nowMs,
  }
  org.putUser(changed)
  recordUser(request, 'updated', changed, 'user.lifecycle.deactivate')
  withdrawFromApps(request, user)
  withdrawFromRules(org, changed, request.cause)
  revokeApiTokens(org, user)
}

function removeForGood(request: ManagementRequest, user: User): void {
  const { org, cause } = request
  withdrawFromApps(request, user)
  for (const groupId of [...org.members.leftsOf(user.id)])
    removeMember(org, groupId, user.id, cause)
  revokeApiTokens(org, user)
  org.removeUser(user)
  touchMembership(org, org.everyoneId)
  recordUser(
    request,
    'deleted',
    user,
    'user.lifecycle.delete.initiated',
    'user.lifecycle.delete.completed',
  )
}

function revokeApiTokens({ apiTokens }: Org, { id }: User): void {
  for (const token of [...apiTokens]) {
    if (token.ownerId === id) apiTokens.put({ ...token, revoked: true })
  }
}

function withdrawFromApps({ org, cause }: ManagementRequest, user: User): void {
  for (const [appId, users] of org.appUsers) {
    if (!users.remove(user.id)) continue
    const app = org.apps.get(appId)
    const events = app === undefined ? [] : [membershipEvent('remove', app, user)]
    org.record({ what: 'app-user', op: 'deleted', id: appId, member: user.id, events }, cause)
  }
}
