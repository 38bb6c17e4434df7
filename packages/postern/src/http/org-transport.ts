/** @module The way to all orgs that a process serves: one client, and so one pool of connections. */

import type { Transport } from '@postern/core'
import type { Stream, StreamOptions } from './stream.ts'
import { createTransport, type TransportOptions } from './transport.ts'

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

/** Options of {@link openOrgStreams}. */
export interface OrgStreamOptions
  extends Omit<OrgTransportOptions, 'maxBodyBytes'>,
    Pick<StreamOptions, 'onSend'> {}

/** The same for requests whose bodies stay streams, on connections of their own. */
export function openOrgStreams({ dev, ...options }: OrgStreamOptions): (origin: string) => Stream {
  const loopbackOrigins = new Set<string>()
  const mayBeLoopback = (origin: string) => loopbackOrigins.has(origin)
  let opening: Promise<Stream> | undefined
  let opened: Stream | undefined
  const open = async () => {
    const { openStream } = await import('./stream.ts')
    opened ??= openStream({ ...options, mayBeLoopback })
    return opened
  }
  const stream: Stream = (request) => {
    if (opened !== undefined) return opened(request)
    opening ??= open()
    return opening.then((send) => send(request))
  }
  return (origin) => {
    if (dev) loopbackOrigins.add(origin)
    return stream
  }
}
