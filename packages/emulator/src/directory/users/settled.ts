/** @module Activations that take time: over as soon as it has passed, and nobody may touch the user meanwhile. */

import { oktaError } from '../../http/okta-error.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'
import { systemCause } from '../../system-log/event.ts'
import { applyRules } from '../rules/apply.ts'

/** Ends the activations that have run their time; every request sees their users as they are then. */
export function settleUsers(org: Org): void {
  const nowMs = org.time.nowMs()
  for (const id of [...org.activatingUserIds]) {
    const user = org.users.get(id)
    if (user?.transition !== undefined && user.transition.untilMs > nowMs) continue
    org.activatingUserIds.delete(id)
    if (user !== undefined) settle(org, user)
  }
}

function settle(org: Org, { transition, ...rest }: User): void {
  if (transition === undefined) return
  const changedMs = Math.floor(transition.untilMs / 1_000) * 1_000
  const user: User = {
    ...rest,
    status: transition.to,
    activatedMs: changedMs,
    statusChangedMs: changedMs,
    lastUpdatedMs: changedMs,
  }
  org.putUser(user, { settled: true })
  org.record({ what: 'user', op: 'updated', id: user.id })
  applyRules(org, user, systemCause)
}

/**
 * Refuses to touch a user whose activation is under way.
 *
 * @throws {RefusedRequest} `E0000112`.
 */
export function requireSettled(user: User): void {
  if (user.transition !== undefined) throw oktaError('E0000112')
}
