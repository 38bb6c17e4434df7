/** @module Users and groups as the System Log names them. */

import type { Group } from '../state/group.ts'
import type { User } from '../state/user.ts'
import type { Participant } from './event.ts'

/** A user as actor or target. */
export function userParticipant(user: User): Participant {
  const { login, firstName, lastName } = user.profile
  return {
    id: user.id,
    type: 'User',
    alternateId: String(login),
    displayName: `${firstName ?? ''} ${lastName ?? ''}`.trim(),
  }
}

/** A group as target. */
export function groupParticipant(group: Group): Participant {
  return {
    id: group.id,
    type: 'UserGroup',
    alternateId: 'unknown',
    displayName: String(group.profile['name']),
  }
}
