/** @module Assigns users to apps, and shows who is assigned. */

import { showListedUser } from '../directory/users/show.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { optionalChoice, optionalObject, optionalText, readText } from '../http/fields.ts'
import { notFound, oktaError } from '../http/okta-error.ts'
import { pageAnswer, readAfter, readLimit, take } from '../http/paging.ts'
import { type ManagementRequest, readOptionalJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { isId } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import type { App, AppUser } from '../state/app.ts'
import { Table } from '../state/table.ts'
import type { User } from '../state/user.ts'
import { type Access, accesses, accessOf } from './app-access.ts'
import { invalidCursor } from './app-list.ts'
import { membershipEvent } from './events.ts'
import { requireApp } from './require-app.ts'
import { showAppUser, userNameOf } from './show-app-user.ts'

const paging = { defaultLimit: 50, maxLimit: 500, keep: ['q', 'expand'] }
const ofApp = { path: '/api/v1/apps/{id}/users', bucket: '/api/v1/apps' } as const
const ofUser = { path: '/api/v1/apps/{id}/users/{userId}', bucket: '/api/v1/apps' } as const

/** `/api/v1/apps/{id}/users`. */
export const appUserRoutes: readonly ManagementRoute[] = [
  {
    ...ofApp,
    method: 'GET',
    summary: 'Lists the users of an app, those of its groups included',
    scope: 'okta.apps.read',
    permission: 'apps.read',
    handle: listAppUsers,
  },
  {
    ...ofApp,
    method: 'POST',
    summary: 'Assigns a user to an app',
    scope: 'okta.apps.manage',
    permission: 'apps.assign',
    handle: assignUser,
  },
  {
    ...ofUser,
    method: 'GET',
    summary: 'Reads a user of an app',
    scope: 'okta.apps.read',
    permission: 'apps.read',
    handle: (request) => {
      const app = requireApp(request, 'apps.read')
      return ok(showAccess(request, app, requireAccess(request, app)))
    },
  },
  ...(['POST', 'PUT'] as const).map(
    (method): ManagementRoute => ({
      ...ofUser,
      method,
      summary: 'Changes how an app knows a user',
      scope: 'okta.apps.manage',
      permission: 'apps.assign',
      handle: updateAppUser,
    }),
  ),
  {
    ...ofUser,
    method: 'DELETE',
    summary: 'Takes an app from a user',
    scope: 'okta.apps.manage',
    permission: 'apps.assign',
    handle: unassignUser,
  },
]

function listAppUsers(request: ManagementRequest): Answer {
  const app = requireApp(request, 'apps.read')
  const after = readAfter(request)
  if (after !== undefined && !isId(after, 'user')) throw invalidCursor()
  const limit = readLimit(request, paging)
  const begins = (request.query.get('q') ?? '').toLowerCase()
  const { rows, more } = take(named(accesses(request.org, app.id, after), begins), limit)
  const next = more ? rows.at(-1)?.user.id : undefined
  const items = rows.map((access) => showAccess(request, app, access))
  return pageAnswer(request, { items, next }, { limit, keep: paging.keep })
}

function assignUser(request: ManagementRequest): Answer {
  const { org } = request
  const app = requireApp(request, 'apps.assign')
  const body = readOptionalJsonObject(request)
  const userId = readText(body, 'id')
  const user = org.users.get(userId)
  if (user === undefined) throw notFound(userId, 'User')
  requireActive(user)
  optionalChoice(body, 'scope', ['USER', 'GROUP'] as const)
  const before = accessOf(org, app.id, user.id)
  if (before?.direct !== undefined && org.assumptions.repeatedAssignment === '409') {
    throw oktaError('E0000062')
  }
  return ok(showAccess(request, app, putAppUser(request, app, user, body, before)))
}

function updateAppUser(request: ManagementRequest): Answer {
  const app = requireApp(request, 'apps.assign')
  const before = requireAccess(request, app)
  const body = readOptionalJsonObject(request)
  requireActive(before.user)
  const scope = optionalChoice(body, 'scope', ['USER', 'GROUP'] as const)
  if (scope === 'GROUP' && before.direct !== undefined && before.group !== undefined) {
    const { org, cause } = request
    org.appUsers.get(app.id)?.remove(before.user.id)
    const events = [membershipEvent('update', app, before.user)]
    org.record(
      { what: 'app-user', op: 'updated', id: app.id, member: before.user.id, events },
      cause,
    )
    return ok(showAccess(request, app, { user: before.user, group: before.group }))
  }
  return ok(showAccess(request, app, putAppUser(request, app, before.user, body, before)))
}

function putAppUser(
  { org, cause }: ManagementRequest,
  app: App,
  user: User,
  body: JsonObject,
  before: Access | undefined,
): Access {
  const credentials = optionalObject(body, 'credentials') ?? {}
  const userName = optionalText(credentials, 'userName') ?? before?.direct?.userName
  const atMs = org.time.secondMs()
  const direct: AppUser = {
    id: user.id,
    createdMs: before?.direct?.createdMs ?? atMs,
    lastUpdatedMs: atMs,
    ...(userName !== undefined && { userName }),
    profile: { ...before?.direct?.profile, ...optionalObject(body, 'profile') },
  }
  const table = org.appUsers.get(app.id) ?? new Table<AppUser>()
  org.appUsers.set(app.id, table)
  table.put(direct)
  const access: Access = { ...before, user, direct }
  const renamed = before !== undefined && userNameOf(before) !== userNameOf(access)
  const what = before === undefined ? 'add' : renamed ? 'change_username' : 'update'
  org.record(
    {
      what: 'app-user',
      op: before?.direct === undefined ? 'created' : 'updated',
      id: app.id,
      member: user.id,
      events: [membershipEvent(what, app, user)],
    },
    cause,
  )
  return access
}

function unassignUser(request: ManagementRequest): Answer {
  const { org, cause } = request
  const app = requireApp(request, 'apps.assign')
  const { user, group, direct } = requireAccess(request, app)
  const isRefused = direct === undefined || org.assumptions.unassignmentWithGroup === 'E0000046'
  if (group !== undefined && isRefused) {
    throw oktaError('E0000046', {
      causes: [
        'The application cannot be unassigned from the user while their group memberships grant them access.',
      ],
    })
  }
  org.appUsers.get(app.id)?.remove(user.id)
  const events = [membershipEvent(group === undefined ? 'remove' : 'update', app, user)]
  org.record({ what: 'app-user', op: 'deleted', id: app.id, member: user.id, events }, cause)
  return noContent
}

function requireAccess({ org, params }: ManagementRequest, app: App): Access {
  const userId = params['userId'] ?? ''
  const access = accessOf(org, app.id, userId)
  if (access !== undefined) return access
  throw notFound(userId, org.users.get(userId) === undefined ? 'User' : 'AppUser')
}

function requireActive({ status }: User): void {
  if (status === 'DEPROVISIONED' || status === 'SUSPENDED') throw oktaError('E0000117')
}

function showAccess(request: ManagementRequest, app: App, access: Access) {
  const isPlain = request.query.get('expand') !== 'user'
  const recorded = request.org.recorded.of(access.direct)
  if (isPlain && recorded !== undefined) return recorded
  const view = showAppUser(request, app, access)
  if (isPlain) return view
  return { ...view, _embedded: { user: showListedUser(request, access.user) } }
}

function* named(all: Iterable<Access>, begins: string): Generator<Access> {
  for (const access of all) {
    const { firstName, lastName, email } = access.user.profile
    const texts = [userNameOf(access), firstName, lastName, email]
    if (
      texts.some((text) =>
        String(text ?? '')
          .toLowerCase()
          .startsWith(begins),
      )
    )
      yield access
  }
}
