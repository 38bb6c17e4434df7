/** @module Core's way to the network in Node: undici, with time limits, size limits, TLS and the address guard (S24, S25). */

import { type OrgUrl, type Transport, UpstreamError } from '@postern/core'
import type { ClientOptions } from './client.ts'
import { OutboundError } from './outbound-error.ts'

/** Options of {@link createTransport}. */
export interface TransportOptions extends Omit<ClientOptions, 'mayBeLoopback'> {
  /** Orgs that the operator named: of these, the ones on this machine may be loopback, with their host and port and no other. */
  readonly loopbackOrgs?: ReadonlySet<OrgUrl>
}

/**
 * A transport for core that never follows a redirect, connects only to addresses that were judged, and has limits for
 * everything that a hostile server could draw out. The set of loopback orgs is looked at for each new connection, so
 * whoever owns it may add to it.
 *
 * Rejects with `upstream_address_refused` where the host leads into a network that is not allowed, and with
 * `outbound_network_malformed` where `allowedNetworks` are not CIDR.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  let client: Promise<Transport> | undefined
  return async (request) => {
    client ??= openLater(options)
    const send = await client
    try {
      return await send(request)
    } catch (thrown) {
      throw thrown instanceof OutboundError ? addressRefused(thrown) : thrown
    }
  }
}

/** Loads the client with the first request: a command that sends none does not wait for it. */
async function openLater({ loopbackOrgs, ...options }: TransportOptions): Promise<Transport> {
  const { openClient } = await import('./client.ts')
  const origins: ReadonlySet<string> = loopbackOrgs ?? new Set()
  return openClient({ ...options, mayBeLoopback: (origin) => origins.has(origin) })
}

function addressRefused({ message, remedy, details, cause }: OutboundError): UpstreamError {
  return new UpstreamError('upstream_address_refused', message, { remedy, details, cause })
}
