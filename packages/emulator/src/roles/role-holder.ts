/** @module Who can have admin roles: service apps, users and groups. */

import { event } from '../apps/events.ts'
import { findUser } from '../directory/users/find.ts'
import { notFound } from '../http/okta-error.ts'
import type { ManagementRequest } from '../http/request.ts'
import type { App } from '../state/app.ts'
import { findClient } from '../state/clients.ts'
import type { Group } from '../state/group.ts'
import type { Org } from '../state/org.ts'
import type { RoleAssignment } from '../state/role.ts'
import type { User } from '../state/user.ts'
import type { Cause, Participant } from '../system-log/event.ts'
import type { EventType } from '../system-log/event-messages.ts'
import { clientParticipant, groupParticipant, userParticipant } from '../system-log/participants.ts'
import { labelOf } from './role-assignment.ts'

/** The kinds of holder, as `assignmentType` names them. */
export type HolderKind = 'CLIENT' | 'USER' | 'GROUP'

/** Somebody who has admin roles, or may get some. */
export interface RoleHolder {
  readonly kind: HolderKind
  /** Of the app, the user or the group. */
  readonly id: string
  /** The part of the URL behind the org's: `/api/v1/users/{id}`. */
  readonly path: string
  readonly participant: Participant
  readonly roles: readonly RoleAssignment[]
  /** Puts other roles in the place of these. */
  put(roles: readonly RoleAssignment[]): void
}

const privileges: Readonly<
  Record<HolderKind, { readonly grant: EventType; readonly revoke: EventType }>
> = {
  CLIENT: {
    grant: 'app.oauth2.client.privilege.grant',
    revoke: 'app.oauth2.client.privilege.revoke',
  },
  USER: { grant: 'user.account.privilege.grant', revoke: 'user.account.privilege.revoke' },
  GROUP: { grant: 'group.privilege.grant', revoke: 'group.privilege.revoke' },
}

/**
 * The holder whom a path names.
 *
 * @throws {RefusedRequest} `E0000007` where there is none.
 */
export function requireHolder({ org, params }: ManagementRequest, kind: HolderKind): RoleHolder {
  const name = params['id'] ?? ''
  const holder = finders[kind](org, name)
  if (holder !== undefined) return holder
  throw notFound(name, { CLIENT: 'PublicClientApp', USER: 'User', GROUP: 'UserGroup' }[kind])
}

/** Everybody who has a role. */
export function* holders(org: Org): Generator<RoleHolder> {
  for (const user of org.users) if ((user.roles ?? []).length > 0) yield userHolder(org, user)
  for (const app of org.apps) if ((app.oauth?.roles ?? []).length > 0) yield clientHolder(org, app)
  for (const groupId of [...org.groupRoles.keys()]) {
    const group = org.groups.get(groupId)
    if (group !== undefined) yield groupHolder(org, group)
  }
}

/**
 * Gives a holder other roles and leaves the trace of it. The event says which roles the holder has now; only when none is
 * left it says that they were revoked.
 *
 * @see Okta, "Event types" - app.oauth2.client.privilege.grant and .revoke
 */
export function putRoles(
  org: Org,
  holder: RoleHolder,
  roles: readonly RoleAssignment[],
  trace: {
    readonly op: 'created' | 'updated' | 'deleted'
    readonly assignmentId: string
    readonly cause: Cause
  },
): void {
  holder.put(roles)
  const eventType = privileges[holder.kind][roles.length > 0 ? 'grant' : 'revoke']
  const privilegeGranted = roles.map((role) => labelOf(org, role)).join(', ')
  const debugData = roles.length > 0 ? { privilegeGranted } : {}
  org.record(
    {
      what: 'role',
      op: trace.op,
      id: holder.id,
      member: trace.assignmentId,
      events: [event(eventType, [holder.participant], debugData)],
    },
    trace.cause,
  )
}

/** A holder by the URL that names one: `{org}/api/v1/users/{id}`, `/api/v1/groups/{id}` or `/oauth2/v1/clients/{id}`. */
export function holderByUrl(org: Org, url: string): RoleHolder | undefined {
  const [, place, name] =
    /\/(api\/v1\/users|api\/v1\/groups|oauth2\/v1\/clients)\/([^/?#]+)$/.exec(url) ?? []
  const kinds: Readonly<Record<string, HolderKind>> = {
    'api/v1/users': 'USER',
    'api/v1/groups': 'GROUP',
    'oauth2/v1/clients': 'CLIENT',
  }
  const kind = kinds[place ?? '']
  return kind === undefined || name === undefined ? undefined : finders[kind](org, name)
}

const finders: Readonly<Record<HolderKind, (org: Org, name: string) => RoleHolder | undefined>> = {
  CLIENT: (org, clientId) => {
    const app = findClient(org, clientId)
    return app && clientHolder(org, app)
  },
  USER: (org, name) => {
    const user = findUser(org, name)
    return user && userHolder(org, user)
  },
  GROUP: (org, groupId) => {
    const group = org.groups.get(groupId)
    return group && groupHolder(org, group)
  },
}

function clientHolder(org: Org, app: App): RoleHolder {
  return {
    kind: 'CLIENT',
    id: app.id,
    path: `/oauth2/v1/clients/${app.oauth?.clientId ?? app.id}`,
    participant: clientParticipant(app),
    roles: app.oauth?.roles ?? [],
    put: (roles) => {
      const current = org.apps.get(app.id)
      if (current?.oauth === undefined) return
      org.apps.put({ ...current, oauth: { ...current.oauth, roles } })
    },
  }
}

function userHolder(org: Org, user: User): RoleHolder {
  return {
    kind: 'USER',
    id: user.id,
    path: `/api/v1/users/${user.id}`,
    participant: userParticipant(user),
    roles: user.roles ?? [],
    put: (roles) => org.putUser({ ...(org.users.get(user.id) ?? user), roles }),
  }
}

function groupHolder(org: Org, group: Group): RoleHolder {
  return {
    kind: 'GROUP',
    id: group.id,
    path: `/api/v1/groups/${group.id}`,
    participant: groupParticipant(group),
    roles: org.groupRoles.get(group.id) ?? [],
    put: (roles) => {
      if (roles.length === 0) org.groupRoles.delete(group.id)
      else org.groupRoles.set(group.id, roles)
    },
  }
}
