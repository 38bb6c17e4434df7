/** @module Creates, reads, replaces, activates and deletes apps. */

import { type Answer, noContent, ok } from '../http/answer.ts'
import { invalid, oktaError } from '../http/okta-error.ts'
import type { ManagementRequest } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { App } from '../state/app.ts'
import { kindOf } from '../state/app-kind.ts'
import { findClient } from '../state/clients.ts'
import { type AppInput, readApp } from './app-input.ts'
import { listApps, showExpandedApp } from './app-list.ts'
import { makeClient } from './client-app.ts'
import { credentialChanges, rotatesCredentials } from './credential-changes.ts'
import { lifecycleEvents } from './events.ts'
import { isSuperAdmin, requireApp, requireReach } from './require-app.ts'
import { showApp } from './show-app.ts'

const oneApp = { path: '/api/v1/apps/{id}', bucket: '/api/v1/apps/{id}' } as const

/** `/api/v1/apps` and `/api/v1/apps/{id}` with its lifecycle. */
export const appRoutes: readonly ManagementRoute[] = [
  {
    method: 'GET',
    path: '/api/v1/apps',
    summary: 'Lists the apps, a page at a time',
    bucket: '/api/v1/apps',
    scope: 'okta.apps.read',
    permission: 'apps.read',
    withoutRole: 'assumed',
    handle: listApps,
  },
  {
    method: 'POST',
    path: '/api/v1/apps',
    summary: 'Creates a service app, a web app or a bookmark',
    bucket: '/api/v1/apps',
    scope: 'okta.apps.manage',
    permission: 'apps.write',
    handle: createApp,
  },
  {
    ...oneApp,
    method: 'GET',
    summary: 'Reads an app',
    scope: 'okta.apps.read',
    permission: 'apps.read',
    handle: (request) => ok(showExpandedApp(request, requireApp(request, 'apps.read'))),
  },
  {
    ...oneApp,
    method: 'PUT',
    summary: 'Replaces an app as a whole',
    scope: 'okta.apps.manage',
    permission: 'apps.write',
    handle: replaceApp,
  },
  {
    ...oneApp,
    method: 'DELETE',
    summary: 'Deletes a deactivated app',
    scope: 'okta.apps.manage',
    permission: 'apps.write',
    handle: deleteApp,
  },
  ...(['activate', 'deactivate'] as const).map(
    (what): ManagementRoute => ({
      method: 'POST',
      path: `/api/v1/apps/{id}/lifecycle/${what}`,
      summary: `Makes an app ${what === 'activate' ? 'active' : 'inactive'}`,
      bucket: '/api/v1/apps',
      scope: 'okta.apps.manage',
      permission: 'apps.write',
      handle: (request) => changeStatus(request, what),
    }),
  ),
]

function createApp(request: ManagementRequest): Answer {
  const { org, query, cause } = request
  const input = readApp(request)
  requireReach(request, 'apps.write', { name: input.name, id: '' })
  const chosen = input.oauth?.clientId
  if (chosen !== undefined && findClient(org, chosen) !== undefined) {
    throw invalid('client_id', "The specified 'client_id' already exists.")
  }
  const id = org.ids.next('app')
  const atMs = org.time.secondMs()
  const app: App = {
    id,
    status: query.get('activate') === 'false' ? 'INACTIVE' : 'ACTIVE',
    createdMs: atMs,
    lastUpdatedMs: atMs,
    ...partsOf(input),
    ...(input.oauth && { oauth: makeClient(org, input.oauth, chosen ?? id) }),
  }
  org.apps.put(app)
  const events = [...lifecycleEvents('create', app), ...credentialChanges(app, undefined)]
  org.record({ what: 'app', op: 'created', id, events }, cause)
  return ok(showApp(request, app))
}

function replaceApp(request: ManagementRequest): Answer {
  const { org, cause } = request
  const before = requireApp(request, 'apps.write')
  requireOwn(before)
  const input = readApp(request)
  if (input.name !== before.name) throw invalid('name', 'name: The field cannot be changed.')
  const clientId = before.oauth?.clientId ?? before.id
  if (input.oauth?.clientId !== undefined && input.oauth.clientId !== clientId) {
    throw invalid('client_id', "'client_id' cannot be changed.")
  }
  const app: App = {
    id: before.id,
    status: before.status,
    createdMs: before.createdMs,
    lastUpdatedMs: org.time.secondMs(),
    ...partsOf(input),
    ...(input.oauth && { oauth: makeClient(org, input.oauth, clientId, before.oauth) }),
  }
  if (rotatesCredentials(app, before.oauth)) requireKeyRights(request, before)
  org.apps.put(app)
  const events = [...lifecycleEvents('update', app), ...credentialChanges(app, before.oauth)]
  org.record({ what: 'app', op: 'updated', id: app.id, events }, cause)
  return ok(showApp(request, app))
}

function deleteApp(request: ManagementRequest): Answer {
  const app = requireApp(request, 'apps.write')
  if (app.status === 'ACTIVE') {
    throw oktaError('E0000056', {
      causes: ['The application must be deactivated before deletion.'],
    })
  }
  requireOwn(app)
  removeApp(request, app)
  return noContent
}

/** Takes an app out of the org, with everything that hangs on it. */
export function removeApp({ org, cause }: ManagementRequest, app: App): void {
  org.apps.remove(app.id)
  org.appUsers.delete(app.id)
  org.appGroups.delete(app.id)
  const events = lifecycleEvents('delete', app)
  org.record({ what: 'app', op: 'deleted', id: app.id, events }, cause)
}

/**
 * Refuses to change an app's keys once it has scopes, unless the caller is a Super Admin.
 *
 * @throws {RefusedRequest} `E0000006`.
 * @see Okta, "Implement OAuth for Okta with a service app" - only Super Admins rotate keys after scopes are granted
 */
export function requireKeyRights(request: ManagementRequest, app: App): void {
  const granted = (app.oauth?.grants.length ?? 0) > 0
  if (granted && !isSuperAdmin(request)) throw oktaError('E0000006')
}

function changeStatus(request: ManagementRequest, what: 'activate' | 'deactivate'): Answer {
  const { org, cause } = request
  const app = requireApp(request, 'apps.write')
  requireOwn(app)
  const status = what === 'activate' ? 'ACTIVE' : 'INACTIVE'
  if (app.status === status) return ok({})
  const changed = { ...app, status, lastUpdatedMs: org.time.secondMs() } as const
  org.apps.put(changed)
  const events = lifecycleEvents(what, changed)
  org.record({ what: 'app', op: 'updated', id: app.id, events }, cause)
  return ok({})
}

function partsOf({ name, label, signOnMode, details }: AppInput) {
  return { name, label, signOnMode, details }
}

function requireOwn(app: App): void {
  if (!kindOf(app).byAdministrators) throw oktaError('E0000006')
}
