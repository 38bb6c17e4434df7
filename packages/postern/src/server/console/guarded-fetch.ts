/** @module The way of openid-client to the network: through the guarded transport, as everything else goes (S24). */

import type { Transport } from '@postern/core'
import type { CustomFetch } from 'openid-client'

const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** A `fetch` whose requests a transport sends. A redirect is whatever the transport makes of it: an error. */
export function guardedFetch(transport: Transport): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await transport({
      method,
      url,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      ...(body === undefined || body === null ? {} : { body: textOf(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of answer.body ?? []) chunks.push(chunk)
    const { status } = answer
    return new Response(NO_BODY.has(status) ? null : Buffer.concat(chunks), {
      status,
      headers: [...answer.headers],
    })
  }
}

/** What openid-client sends is a form. */
function textOf(body: unknown): string {
  if (typeof body === 'string' || body instanceof URLSearchParams) return String(body)
  throw new TypeError('A request to the provider has a body that is no form.')
}
