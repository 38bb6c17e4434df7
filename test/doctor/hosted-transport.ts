/** @module Leads every host to one port of this machine. */

import { request as requestHttps } from 'node:https'
import type { Transport } from '@postern/core'

/**
 * A transport for orgs under names that this machine does not have.
 *
 * @param origin - where the emulator listens.
 * @param hostOf - the `Host` that the org sees; default: the one that was asked for.
 */
export function hostedTransport(
  origin: string,
  hostOf: (url: URL, method: string) => string = ({ host }) => host,
): Transport {
  return ({ method, url, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const asked = new URL(url)
      const target = new URL(asked.pathname + asked.search, origin)
      const host = hostOf(asked, method)
      // The certificate is for other names than the address that is called.
      const settings = {
        method,
        headers: { ...headers, host },
        rejectUnauthorized: false,
        agent: false,
      }
      const outgoing = requestHttps(target, settings, (incoming) => {
        const seen = new Headers()
        for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
          for (const value of values) seen.append(name, value)
        }
        resolve({ status: incoming.statusCode ?? 0, headers: seen, body: incoming })
      })
      signal?.addEventListener('abort', () => outgoing.destroy(signal.reason))
      outgoing.on('error', reject)
      outgoing.end(body)
    })
}
