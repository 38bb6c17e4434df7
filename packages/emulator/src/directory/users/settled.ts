/** @module A user as of now: an activation that has run its time is over. */

import { oktaError } from '../../http/okta-error.ts'
import type { User } from '../../state/user.ts'

/** The user with the state that it has at this moment. */
export function settle(user: User, nowMs: number): User {
  if (user.transition === undefined || user.transition.untilMs > nowMs) return user
  const { transition, ...rest } = user
  const changedMs = Math.floor(transition.untilMs / 1_000) * 1_000
  return {
    ...rest,
    status: transition.to,
    activatedMs: changedMs,
    statusChangedMs: changedMs,
    lastUpdatedMs: changedMs,
  }
}

/**
 * Refuses to touch a user whose activation is under way.
 *
 * @throws {RefusedRequest} `E0000112`.
 */
export function requireSettled(user: User): void {
  if (user.transition !== undefined) throw oktaError('E0000112')
}
