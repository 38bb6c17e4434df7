/** @module What a change of a user leaves in the ledger and the System Log. */

import type { ManagementRequest } from '../../http/request.ts'
import type { User } from '../../state/user.ts'
import type { EventDraft } from '../../system-log/event.ts'
import { type EventType, eventMessages } from '../../system-log/event-messages.ts'
import { userParticipant } from '../../system-log/participants.ts'

/** An event about a user. */
export type UserEvent = Extract<EventType, `user.${string}`>

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
    displayMessage: eventMessages[eventType],
    targets: [userParticipant(user)],
  }
}
