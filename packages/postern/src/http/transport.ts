/** @module Core's way to the network in Node: undici, with time limits, size limits, TLS and the address guard (S24, S25). */

import { type Transport, UpstreamError } from '@postern/core'
import type { ClientOptions } from './client.ts'
import { OutboundError } from './outbound-error.ts'

/** Options of {@link createTransport}. */
export interface TransportOptions extends Omit<ClientOptions, 'mayBeLoopback'> {
  /** Origins that the operator named: those of this machine are reached, with their host and port and no other. */
  readonly loopbackOrigins?: ReadonlySet<string>
}

/**
 * A transport for core that never follows a redirect, connects only to addresses that were judged, and has limits for
 * everything that a hostile server could draw out. The set of loopback origins is looked at for each new connection,
 * so whoever owns it may add to it.
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
      throw thrown instanceof OutboundError ? refusedAddress(thrown) : thrown
    }
  }
}

/** Loads the client with the first request: a command that sends none does not wait for it. */
async function openLater({ loopbackOrigins, ...options }: TransportOptions): Promise<Transport> {
  const { openClient } = await import('./client.ts')
  return openClient({
    ...options,
    mayBeLoopback: (origin) => loopbackOrigins?.has(origin) === true,
  })
}

/** The error for what the guard refused. A list of networks that cannot be read is not about the address, and stays what it is. */
export function refusedAddress(error: OutboundError): UpstreamError | OutboundError {
  const { code, message, details } = error
  if (code === 'outbound_network_malformed') return error
  return new UpstreamError('upstream_address_refused', message, {
    remedy:
      'Check the host. Where it is meant to be in a private network, allow that network: POSTERN_ALLOWED_NETWORKS=10.20.0.0/16.',
    details,
  })
}
