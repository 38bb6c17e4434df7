/** @module What the System Log says about the request behind a change. */

import type { ApiRequest } from '../http/request.ts'
import type { Cause } from '../system-log/event.ts'
import { actorOf, type Principal } from './principal.ts'

/** The cause of what a request changes. */
export function causeOf(request: ApiRequest, principal: Principal): Cause {
  const apiToken = principal.kind === 'api-token' ? { apiTokenId: principal.token.id } : {}
  return {
    actor: actorOf(principal),
    requestId: request.requestId,
    requestUri: request.path,
    ipAddress: request.ipAddress,
    userAgent: request.headers['user-agent'] ?? '',
    ...apiToken,
  }
}
