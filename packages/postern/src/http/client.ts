/** @module Sends requests and gives whole, decoded answers: the one HTTP client that everything outgoing uses (S24). */

import type { Transport } from '@postern/core'
import { AddressGuard, type AddressGuardOptions } from './address-guard.ts'
import { type ConnectionLimits, openAgent } from './agent.ts'
import { acceptedEncodings, decodeBody } from './decode.ts'
import { exchange } from './exchange.ts'

/** Options of {@link openClient}. */
export interface ClientOptions extends AddressGuardOptions, Partial<ConnectionLimits> {
  /** PEM certificates of authorities that are trusted beside the system's own. */
  readonly extraCa?: string | undefined
  /** The most bytes that the body of an answer may have, its encoding undone. Default 64 MiB. */
  readonly maxBodyBytes?: number | undefined
}

/** Okta answers within seconds; its largest pages have a few megabytes, its headers a few kilobytes. */
export const defaultLimits: ConnectionLimits = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 60_000,
  pauseTimeoutMs: 30_000,
  maxHeaderBytes: 65_536,
  maxConnections: 128,
}
const MAX_BODY_BYTES = 64 * 2 ** 20

// Their answers end with the headers, whatever those say of a body.
const STATUSES_WITHOUT_BODY: readonly number[] = [204, 205, 304]

/**
 * Opens a client that keeps its connections alive between requests.
 *
 * Rejects with the signal's reason, with an {@link OutboundError} for what the guard refuses, with an `UpstreamError` for
 * an answer that breaks the protocol or a limit, and with an error that has the platform's `code` for all else.
 *
 * @throws {OutboundError} `outbound_network_malformed`
 */
export function openClient(options: ClientOptions): Transport {
  const { extraCa, maxBodyBytes: maxBytes = MAX_BODY_BYTES } = options
  const guard = new AddressGuard(options)
  const agent = openAgent({ guard, limits: { ...defaultLimits, ...options }, extraCa })
  return async ({ method, url, headers, body = null, signal }) => {
    const { origin, pathname, search, host } = new URL(url)
    const answer = await exchange(
      agent,
      {
        origin,
        path: pathname + search,
        method,
        headers: { 'accept-encoding': acceptedEncodings, ...headers },
        body,
      },
      { host, maxBytes, signal },
    )
    const { status, headers: received, body: chunks } = answer
    if (method === 'HEAD' || STATUSES_WITHOUT_BODY.includes(status)) {
      return { status, headers: received, body: null }
    }
    const encoding = received.get('content-encoding')
    if (encoding === null) return answer
    return {
      status,
      // They speak of the bytes on the wire.
      headers: received.without('content-encoding', 'content-length'),
      body: decodeBody({ body: chunks, encoding, maxBytes, host }),
    }
  }
}
