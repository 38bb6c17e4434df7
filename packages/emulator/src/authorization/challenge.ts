/** @module The refusals of an access token at the management API: an empty body, and a header that says why. */

import { oktaError, RefusedRequest } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'
import { signingAlgs } from './jws.ts'
import { describeRefusal, type OauthReason } from './oauth-error.ts'

/** How a caller presented its token. */
export type TokenScheme = 'Bearer' | 'DPoP'

/**
 * The refusal of a call. Both URIs in its header really begin with `http://`, whatever the scheme of the org.
 *
 * @param scope - What the route asks for.
 * @see RFC 6750, section 3; RFC 9449, section 7.1
 * @see okta/okta-sdk-golang, issue 145; okta/okta-sdk-nodejs, issue 453 - the header as it was seen
 */
export function refuseCall(
  request: ApiRequest,
  scheme: TokenScheme,
  scope: string,
  reason: OauthReason,
): RefusedRequest {
  const { status, error, description } = describeRefusal(reason)
  const { host, path, org } = request
  const algs = scheme === 'DPoP' ? [`algs="${signingAlgs.join(' ')}"`] : []
  const parameters = [
    ...algs,
    `authorization_uri="http://${host}/oauth2/v1/authorize"`,
    `realm="http://${host}"`,
    `scope="${scope}"`,
    `error="${error}"`,
    `error_description="${description}"`,
    `resource="${quotable(path)}"`,
  ]
  const nowMs = org.time.nowMs()
  const nonce = error === 'use_dpop_nonce' ? org.authorization.nonces.current(nowMs) : undefined
  const headers = {
    'WWW-Authenticate': `${scheme} ${parameters.join(', ')}`,
    ...(nonce === undefined ? {} : { 'dpop-nonce': nonce }),
  }
  if (status === 401 && org.assumptions.refusedTokenBody === 'E0000011') {
    return oktaError('E0000011', { headers })
  }
  return new RefusedRequest(status, undefined, headers)
}

function quotable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, '\\$&')
}
