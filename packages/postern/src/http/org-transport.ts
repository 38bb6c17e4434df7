/** @module The way to all orgs that a process serves: one client, and so one pool of connections. */

import type { Transport } from '@postern/core'
import { OutboundError } from './outbound-error.ts'
import type { Stream } from './stream.ts'
import { createTransport, refusedAddress, type TransportOptions } from './transport.ts'

/** Options of {@link openOrgTransports}. */
export interface OrgTransportOptions extends Omit<TransportOptions, 'loopbackOrigins'> {
  /** Whether orgs may be on this machine: the emulator. */
  readonly dev: boolean
}

/**
 * Opens the way to orgs. Of this machine it reaches the orgs that it was asked for, and none unless `dev` says so: a custom
 * domain that leads back here is refused.
 */
export function openOrgTransports({
  dev,
  ...options
}: OrgTransportOptions): (origin: string) => Transport {
  const loopbackOrigins = new Set<string>()
  const transport = createTransport({ ...options, loopbackOrigins })
  return (origin) => {
    if (dev) loopbackOrigins.add(origin)
    return transport
  }
}

/** The same for requests whose bodies stay streams, on connections of their own. */
export function openOrgStreams({
  dev,
  ...options
}: Omit<OrgTransportOptions, 'maxBodyBytes'>): (origin: string) => Stream {
  const loopbackOrigins = new Set<string>()
  const mayBeLoopback = (origin: string) => loopbackOrigins.has(origin)
  let opened: Promise<Stream> | undefined
  const stream: Stream = async (request) => {
    opened ??= import('./stream.ts').then(({ openStream }) =>
      openStream({ ...options, mayBeLoopback }),
    )
    const send = await opened
    return send(request).catch((thrown: unknown) => {
      throw thrown instanceof OutboundError ? refusedAddress(thrown) : thrown
    })
  }
  return (origin) => {
    if (dev) loopbackOrigins.add(origin)
    return stream
  }
}
