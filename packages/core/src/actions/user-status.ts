/** @module The status of a user: what it is to an action, and what to do about one that will not do. */

import { showHostile } from '../hostile.ts'
import type { JsonObject } from '../json.ts'
import { textOf } from '../org/members.ts'
import { ActionError } from './action-error.ts'
import type { FoundUser } from './find-user.ts'
import { nameOf } from './reference.ts'

const REMEDIES: Readonly<Record<string, string>> = {
  STAGED: 'Activate the user first (user.activate).',
  PROVISIONED: 'Wait until the user has finished the activation.',
  ACTIVE: 'Nothing has to be undone: the user is active.',
  RECOVERY: 'Wait until the user has chosen a new password.',
  PASSWORD_EXPIRED:
    'Wait until the user has chosen a new password, or reset it (user.reset_password).',
  LOCKED_OUT: 'Unlock the user first (user.unlock).',
  SUSPENDED: 'Unsuspend the user first (user.unsuspend).',
  DEPROVISIONED: 'Activate the user first (user.activate).',
}

/** The status of a user, and the one that the user is on the way to. */
export function statusOf({ whole }: Pick<FoundUser, 'whole'>): JsonObject {
  const transition = transitionOf({ whole })
  const status = textOf(whole, 'status') ?? null
  return { status, ...(transition === undefined ? {} : { transitioningToStatus: transition }) }
}

/** The status that Okta is moving a user to; undefined where it is moving none. */
export function transitionOf({ whole }: Pick<FoundUser, 'whole'>): string | undefined {
  return textOf(whole, 'transitioningToStatus')
}

/**
 * The refusal to do something to a user in this status.
 *
 * @param deed - `be suspended`
 */
export function statusUnsuitable(user: FoundUser, deed: string, cause?: unknown): ActionError {
  const { id, status } = user
  const transition = transitionOf(user)
  const state = showHostile(status, { maxCharacters: 40 })
  const moving = transition === undefined ? '' : `, on the way to ${showHostile(transition)}`
  return new ActionError(
    'action_status_unsuitable',
    `The user ${nameOf(user)} is ${state}${moving}, and cannot ${deed}.`,
    {
      remedy:
        transition === undefined
          ? (REMEDIES[status] ?? 'Read in the Admin Console what this status means.')
          : 'Try again in a few minutes, when Okta is done with it.',
      details: { userId: id, ...statusOf(user) },
      cause,
    },
  )
}
