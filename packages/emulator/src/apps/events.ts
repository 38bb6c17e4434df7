/** @module The events that changes around apps and roles leave in the System Log. */

import type { App } from '../state/app.ts'
import type { User } from '../state/user.ts'
import type { EventDraft, Participant } from '../system-log/event.ts'
import { type EventType, eventMessages } from '../system-log/event-messages.ts'
import { appParticipant, clientParticipant, userParticipant } from '../system-log/participants.ts'

/** An event with its message. */
export function event(
  eventType: EventType,
  targets: readonly Participant[],
  debugData?: Readonly<Record<string, string>>,
): EventDraft {
  return {
    eventType,
    displayMessage: eventMessages[eventType],
    targets,
    ...(debugData && { debugData }),
  }
}

/** An app's creation or change of state: one event of the app and, where it is an OAuth client, one of the client. */
export function lifecycleEvents(
  what: 'create' | 'update' | 'activate' | 'deactivate' | 'delete',
  app: App,
): readonly EventDraft[] {
  const ofApp = event(`application.lifecycle.${what}`, [appParticipant(app)])
  if (app.oauth === undefined) return [ofApp]
  return [ofApp, event(`app.oauth2.client.lifecycle.${what}`, [clientParticipant(app)])]
}

/** What happened to a key or a secret of an app. */
export function credentialEvent(
  what: 'create' | 'activate' | 'deactivate' | 'delete',
  app: App,
  credential: { readonly id: string; readonly type: 'ClientSecret' | 'JsonWebKey' },
): EventDraft {
  const target: Participant = {
    id: credential.id,
    type: credential.type,
    alternateId: credential.id,
    displayName: credential.id,
  }
  return event(`app.oauth2.credentials.lifecycle.${what}`, [clientParticipant(app), target])
}

/** A user's getting or losing access to an app, directly or through a group. */
export function membershipEvent(
  what: 'add' | 'remove' | 'change_username' | 'update',
  app: App,
  user: User,
): EventDraft {
  const participant = userParticipant(user)
  return event(`application.user_membership.${what}`, [
    { ...participant, type: 'AppUser' },
    appParticipant(app),
    participant,
  ])
}
