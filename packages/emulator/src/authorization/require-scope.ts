/** @module Whether a token has the scope that a route asks for. */

import type { ApiRequest } from '../http/request.ts'
import { refuseCall } from './challenge.ts'
import type { Principal } from './principal.ts'

/**
 * Refuses a service app whose token lacks the scope. An API token has no scopes; its owner's role decides alone.
 *
 * A `.manage` scope does for what needs the `.read` one of the same name.
 *
 * @throws {RefusedRequest} 403 with an empty body, as Okta answers; `WWW-Authenticate` names the scope.
 * @see Okta, "Implement OAuth for Okta" - the naming of scopes
 */
export function requireScope(request: ApiRequest, principal: Principal, scope: string): void {
  if (principal.kind === 'api-token') return
  const manage = scope.replace(/\.read$/, '.manage')
  if (principal.scopes.has(scope) || principal.scopes.has(manage)) return
  throw refuseCall(request, principal.scheme, scope, 'insufficient_scope')
}
