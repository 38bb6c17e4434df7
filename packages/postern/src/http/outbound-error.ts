/** @module Why a URL that requests would go out to is refused. */

import { PosternError } from '@postern/core'

/** What can be wrong with a URL for outgoing requests, with where it leads, or with what answers there. */
export type OutboundErrorCode =
  | 'outbound_url_malformed'
  | 'outbound_url_scheme'
  | 'outbound_url_userinfo'
  | 'outbound_url_port'
  | 'outbound_url_private'
  | 'outbound_redirect_refused'
  | 'outbound_network_malformed'

/** Nothing is sent there. Says neither the path nor the query of the URL, which may hold a secret. */
export class OutboundError extends PosternError<OutboundErrorCode> {
  override readonly name = 'OutboundError'
}

/** The refusal of a URL that is neither https nor, where that is allowed, http on this machine. */
export function schemeRefused({ protocol }: URL): OutboundError {
  const observed = `The URL begins with ${protocol.slice(0, 16)}`
  return new OutboundError('outbound_url_scheme', observed, {
    remedy: 'Use https://; http:// is for a loopback receiver in dev mode.',
  })
}
