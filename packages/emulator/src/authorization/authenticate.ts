/** @module Who sent a request of the management API: the token or API token in its Authorization header, judged. */

import { oktaError } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { authenticateApiToken } from './api-token.ts'
import { authenticateToken } from './authenticate-token.ts'
import { refuseCall } from './challenge.ts'
import type { Principal } from './principal.ts'

/**
 * The caller of a management API.
 *
 * @throws {RefusedRequest} as Okta refuses: `E0000011` for an API token, 401 or 400 without a body for an access token,
 *   `E0000005` for anything else.
 */
export function authenticate(request: ApiRequest, route: ManagementRoute): Principal {
  const header = request.headers.authorization
  const [scheme = '', credential = ''] = (header ?? '').trim().split(/ +/, 2)
  switch (scheme.toLowerCase()) {
    case 'ssws':
      return authenticateApiToken(request, credential)
    case 'bearer':
      return authenticateToken(request, route, 'Bearer', credential)
    case 'dpop':
      return authenticateToken(request, route, 'DPoP', credential)
    default:
      if (request.org.assumptions.unauthenticatedCall === 'E0000005') throw oktaError('E0000005')
      throw refuseCall(request, 'Bearer', route.scope, 'access_token_missing')
  }
}
