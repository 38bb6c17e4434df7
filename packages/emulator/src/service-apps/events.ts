/** @module The events that changes around apps and roles leave in the System Log. */

import type { App } from '../state/app.ts'
import type { User } from '../state/user.ts'
import type { EventDraft, Participant } from '../system-log/event.ts'
import { userParticipant } from '../system-log/participants.ts'
import { kindOf } from './app-kind.ts'

/**
 * What the System Log says about each type.
 *
 * @see Okta, "Event types" - the types and what fires them
 */
const messages = {
  'application.lifecycle.create': 'Create application',
  'application.lifecycle.update': 'Update application',
  'application.lifecycle.activate': 'Activate application',
  'application.lifecycle.deactivate': 'Deactivate application',
  'application.lifecycle.delete': 'Delete application',
  'application.user_membership.add': 'Add user to application membership',
  'application.user_membership.remove': "Remove user's application membership",
  'application.user_membership.change_username': "Change user's application username",
  'application.user_membership.update': "Update user's application membership",
  'group.application_assignment.add': 'Add assigned application to group',
  'group.application_assignment.remove': 'Remove assigned application from group',
  'group.application_assignment.update': 'Update assigned application of group',
  'app.oauth2.client.lifecycle.create': 'Create OAuth client',
  'app.oauth2.client.lifecycle.update': 'Update OAuth client',
  'app.oauth2.client.lifecycle.activate': 'Activate OAuth client',
  'app.oauth2.client.lifecycle.deactivate': 'Deactivate OAuth client',
  'app.oauth2.client.lifecycle.delete': 'Delete OAuth client',
  'app.oauth2.client.privilege.grant': 'Grant OAuth client privilege',
  'app.oauth2.client.privilege.revoke': 'Revoke OAuth client privilege',
  'app.oauth2.credentials.lifecycle.create': 'Create OAuth client credentials',
  'app.oauth2.credentials.lifecycle.activate': 'Activate OAuth client credentials',
  'app.oauth2.credentials.lifecycle.deactivate': 'Deactivate OAuth client credentials',
  'app.oauth2.credentials.lifecycle.delete': 'Delete OAuth client credentials',
  'app.oauth2.admin.consent.grant': 'Administrator consent granted for scope',
  'app.oauth2.admin.consent.revoke': 'Administrator consent revoked for scope',
  'user.account.privilege.grant': 'Grant user privilege',
  'user.account.privilege.revoke': 'Revoke user privilege',
  'group.privilege.grant': 'Grant group privilege',
  'group.privilege.revoke': 'Revoke group privilege',
  'iam.role.create': 'Create custom admin role',
  'iam.role.update': 'Update custom admin role',
  'iam.role.delete': 'Delete custom admin role',
  'iam.role.permissions.add': 'Add permission to custom admin role',
  'iam.role.permissions.delete': 'Delete permission from custom admin role',
  'iam.resourceset.create': 'Create resource set',
  'iam.resourceset.update': 'Update resource set',
  'iam.resourceset.delete': 'Delete resource set',
  'iam.resourceset.resources.add': 'Add resource to resource set',
  'iam.resourceset.resources.delete': 'Delete resource from resource set',
  'iam.resourceset.bindings.add': 'Add binding to resource set',
  'iam.resourceset.bindings.delete': 'Delete binding from resource set',
  'system.org.setting.update': 'Update org setting',
} as const

/** The types of event in this part. */
export type EventType = keyof typeof messages

/** An event with its message. */
export function event(
  eventType: EventType,
  targets: readonly Participant[],
  debugData?: Readonly<Record<string, string>>,
): EventDraft {
  return {
    eventType,
    displayMessage: messages[eventType],
    targets,
    ...(debugData && { debugData }),
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
