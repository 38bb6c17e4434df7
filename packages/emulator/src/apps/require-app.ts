/** @module The app that a request names, if the caller's role reaches it. */

import { type Permission, reachesApp, reachOf } from '../authorization/permissions.ts'
import { notFound, oktaError } from '../http/okta-error.ts'
import type { ManagementRequest } from '../http/request.ts'
import type { App } from '../state/app.ts'
import { type ClientApp, findClient, isClient } from '../state/clients.ts'

/**
 * The app whose id stands in the path.
 *
 * @throws {RefusedRequest} `E0000007` where there is none, `E0000006` where the caller's role does not reach it.
 */
export function requireApp(request: ManagementRequest, permission: Permission): App {
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
export function requireClientApp(request: ManagementRequest, permission: Permission): ClientApp {
  const app = requireApp(request, permission)
  if (isClient(app)) return app
  throw notFound(app.id, 'PublicClientApp')
}

/**
 * The client whose client id stands in the path.
 *
 * @throws {RefusedRequest} `E0000007` where there is none, `E0000006` where the caller's role does not reach it.
 */
export function requireClient(request: ManagementRequest, permission: Permission): ClientApp {
  const clientId = request.params['id'] ?? ''
  const app = findClient(request.org, clientId)
  if (app === undefined) throw notFound(clientId, 'PublicClientApp')
  requireReach(request, permission, app)
  return app
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
