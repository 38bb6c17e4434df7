/** @module What a change of a user leaves in the ledger and the System Log. */

import type { ManagementRequest } from '../../http/request.ts'
import type { User } from '../../state/user.ts'
import type { EventDraft } from '../../system-log/event.ts'
import { userParticipant } from '../../system-log/participants.ts'

/** The messages of the events about users, by event type. */
const messages = {
  'user.lifecycle.create': 'Create Okta user',
  'user.lifecycle.activate': 'Activate Okta user',
  'user.lifecycle.reactivate': 'Reactivate Okta user',
  'user.lifecycle.deactivate': 'Deactivate Okta user',
  'user.lifecycle.suspend': 'Suspend Okta user',
  'user.lifecycle.unsuspend': 'Unsuspend Okta user',
  'user.lifecycle.delete.initiated': 'Initiate Okta user delete',
  'user.lifecycle.delete.completed': 'Complete Okta user delete',
  'user.account.unlock_by_admin': 'Unlock user account by admin',
  'user.account.reset_password': "Fired when the user's Okta password is reset",
  'user.account.expire_password': 'Expire password',
  'user.account.update_password': 'User update password for Okta',
  'user.account.update_profile': 'Update user profile for Okta',
  'user.mfa.factor.reset_all': 'Reset all factors for user',
  'user.session.clear': 'Clear user session',
} as const

/** An event about a user. */
export type UserEvent = keyof typeof messages

/** Notes a change of a user that has just been made. */
export function recordUser(
  { org, cause }: ManagementRequest,
  op: 'created' | 'updated' | 'deleted',
  user: User,
  ...events: readonly UserEvent[]
): void {
  const drafts = events.map((eventType) => userEvent(eventType, user))
  org.record({ what: 'user', op, id: user.id, events: drafts }, cause)
}

/** An event about a user that belongs to another change, or to none. */
export function userEvent(eventType: UserEvent, user: User): EventDraft {
  return {
    eventType,
    displayMessage: messages[eventType],
    targets: [userParticipant(user)],
  }
}
