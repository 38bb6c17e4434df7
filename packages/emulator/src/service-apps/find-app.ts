/** @module Finds the app that a request names, if the caller's role reaches it. */

import { findClient as lookUpClient } from '../authorization/clients.ts'
import { type Permission, reachesApp, reachOf } from '../authorization/permissions.ts'
import { notFound, oktaError } from '../http/okta-error.ts'
import type { ManagementRequest } from '../http/request.ts'
import type { App, OauthClient } from '../state/app.ts'
import type { Org } from '../state/org.ts'

/** An app that is an OAuth client. */
export type ClientApp = App & { readonly oauth: OauthClient }

/**
 * The app whose id stands in the path.
 *
 * @throws {RefusedRequest} `E0000007` where there is none, `E0000006` where the caller's role does not reach it.
 */
export function findApp(request: ManagementRequest, permission: Permission): App {
  const id = request.params['id'] ?? ''
  const app = request.org.apps.get(id)
  if (app === undefined) throw notFound(id, 'AppInstance')
  requireReach(request, permission, app)
  return app
}

/**
 * The same, for what only OAuth clients have.
 *
 * @throws {RefusedRequest} `E0000007` for any other app too.
 */
export function findClientApp(request: ManagementRequest, permission: Permission): ClientApp {
  const app = findApp(request, permission)
  if (isClient(app)) return app
  throw notFound(app.id, 'PublicClientApp')
}

/**
 * The client whose client id stands in the path.
 *
 * @throws {RefusedRequest} `E0000007` where there is none, `E0000006` where the caller's role does not reach it.
 */
export function findClient(request: ManagementRequest, permission: Permission): ClientApp {
  const clientId = request.params['id'] ?? ''
  const app = clientById(request.org, clientId)
  if (app === undefined) throw notFound(clientId, 'PublicClientApp')
  requireReach(request, permission, app)
  return app
}

/** A client by its client id, which is its app's id unless somebody chose another. */
export function clientById(org: Org, clientId: string): ClientApp | undefined {
  const app = lookUpClient(org, clientId)?.app
  return app !== undefined && isClient(app) ? app : undefined
}

/** Whether an app is an OAuth client. */
export function isClient(app: App): app is ClientApp {
  return app.oauth !== undefined
}

/**
 * Refuses a caller whose role does not reach an app.
 *
 * @throws {RefusedRequest} `E0000006`.
 */
export function requireReach(
  { principal }: ManagementRequest,
  permission: Permission,
  app: Pick<App, 'id' | 'name'>,
): void {
  if (!reachesApp(reachOf(principal.roles, permission), app)) throw oktaError('E0000006')
}

/** Whether the caller is a Super Admin, the only one who grants scopes. */
export function isSuperAdmin({ principal }: ManagementRequest): boolean {
  return reachOf(principal.roles, 'grants.write') === 'everything'
}
