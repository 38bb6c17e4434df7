/** @module Users, groups, apps and clients as the System Log names them. */

import type { App } from '../state/app.ts'
import { kindOf } from '../state/app-kind.ts'
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

/** An app as the System Log names it. */
export function appParticipant(app: App): Participant {
  return {
    id: app.id,
    type: 'AppInstance',
    alternateId: app.label,
    displayName: kindOf(app).displayName,
  }
}

/** A client as the System Log names it. */
export function clientParticipant(app: App): Participant {
  const id = app.oauth?.clientId ?? app.id
  return { id, type: 'PublicClientApp', alternateId: id, displayName: app.label }
}
