/** @module Requests to receivers outside of Okta: webhooks, log collectors, whatever a URL of the configuration names (S24). */

import type { Transport } from '@postern/core'
import { type ClientOptions, openClient } from './client.ts'
import { OutboundError } from './outbound-error.ts'
import { parseOutboundUrl } from './outbound-url.ts'

/** Options of {@link createOutboundTransport}. */
export interface OutboundOptions extends Omit<ClientOptions, 'mayBeLoopback'> {
  /** Allows receivers on this machine, also over http. */
  readonly dev?: boolean
}

/**
 * A transport for receivers. Each URL is judged anew, each connection goes to an address that was judged, and a redirect
 * is an error.
 *
 * @throws {OutboundError} `outbound_network_malformed`. The transport rejects with any other code of {@link OutboundError},
 * and otherwise as {@link openClient} says.
 */
export function createOutboundTransport(options: OutboundOptions = {}): Transport {
  const { dev = false } = options
  const send = openClient({ ...options, mayBeLoopback: () => dev })
  return async (request) => {
    const url = parseOutboundUrl(request.url, { dev })
    const answer = await send({ ...request, url })
    if (!isRedirect(answer.status)) return answer
    await answer.body?.[Symbol.asyncIterator]().return?.()
    throw new OutboundError(
      'outbound_redirect_refused',
      `The receiver answered ${answer.status}, a redirect.`,
      {
        remedy: 'Enter the final URL: redirects are not followed.',
        details: { status: answer.status },
      },
    )
  }
}

/** 304 says that nothing changed, and leads nowhere. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}
