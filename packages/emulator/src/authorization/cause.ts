/** @module What the System Log says about the request behind an event. */

import type { ApiRequest } from '../http/request.ts'
import type { Cause, Participant } from '../system-log/event.ts'

/**
 * The cause of what a request does.
 *
 * @param apiTokenId - of the API token that it was sent with, if any.
 */
export function causeOf(
  request: Pick<ApiRequest, 'requestId' | 'path' | 'ipAddress' | 'headers'>,
  actor: Participant,
  apiTokenId?: string,
): Cause {
  return {
    actor,
    requestId: request.requestId,
    requestUri: request.path,
    ipAddress: request.ipAddress,
    userAgent: request.headers['user-agent'] ?? '',
    ...(apiTokenId !== undefined && { apiTokenId }),
  }
}
