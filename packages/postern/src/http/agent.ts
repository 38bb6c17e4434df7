/** @module The HTTP client: undici's connections, kept alive, with the address guard and TLS at each new one. */

/// <reference path="./undici-parts.d.ts" />

import { createSecureContext, getCACertificates, type SecureContext, TLSSocket } from 'node:tls'
import type { Agent as AgentType, buildConnector } from 'undici'
// The package as a whole takes twice as long to load, for a fetch, caches and mocks that nothing here uses.
import connectorOf from 'undici/lib/core/connect.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import type { AddressGuard } from './address-guard.ts'
import { TlsSessions } from './tls-sessions.ts'

/** Limits of one connection and of one answer's headers. */
export interface ConnectionLimits {
  readonly connectTimeoutMs: number
  /** From the request's last byte to the answer's headers. */
  readonly headersTimeoutMs: number
  /** Between two pieces of a body. */
  readonly pauseTimeoutMs: number
  readonly maxHeaderBytes: number
  /** Connections to one origin at a time; further requests wait for one. */
  readonly maxConnections: number
}

// A server may ask to keep a connection longer than the client's own 4 s; each idle one costs 77 KB.
const MAX_IDLE_MS = 30_000

/**
 * Opens a client that connects only where the guard allows, with TLS 1.2 or newer and certificates that are verified.
 *
 * HTTP/1.1 alone: its framing is the one whose truncation and limits are tested here.
 *
 * @param options.extraCa - PEM certificates of authorities that are trusted beside the system's own.
 */
export function openAgent(options: {
  readonly guard: AddressGuard
  readonly limits: ConnectionLimits
  readonly extraCa?: string | undefined
}): AgentType {
  const { guard, limits, extraCa } = options
  // One for all: with certificates of one's own, making it takes 10 ms and a megabyte.
  let context: SecureContext | undefined
  const secureContext = () => {
    context ??= createSecureContext({
      minVersion: 'TLSv1.2',
      ...(extraCa === undefined ? {} : { ca: [...getCACertificates('default'), extraCa] }),
    })
    return context
  }
  const sessions = new TlsSessions()
  return new Agent({
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.pauseTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    keepAliveMaxTimeout: MAX_IDLE_MS,
    connections: limits.maxConnections,
    pipelining: 1,
    allowH2: false,
    factory: (origin, poolOptions) =>
      new Pool(origin, {
        ...poolOptions,
        connect: guardedConnector(
          new URL(origin),
          { guard, sessions },
          {
            timeout: limits.connectTimeoutMs,
            ...(origin.toString().startsWith('https:') ? { secureContext: secureContext() } : {}),
            // Said here, it holds whatever NODE_TLS_REJECT_UNAUTHORIZED says.
            rejectUnauthorized: true,
          },
        ),
      }),
  })
}

interface ConnectorParts {
  readonly guard: AddressGuard
  readonly sessions: TlsSessions
}

function guardedConnector(
  url: URL,
  { guard, sessions }: ConnectorParts,
  options: buildConnector.BuildOptions,
): buildConnector.connector {
  const { origin } = url
  const connectorWith = (session: Buffer | undefined) =>
    connectorOf({
      ...options,
      session,
      // Its own are gone with the last connection of an origin.
      maxCachedSessions: 0,
      allowH2: false,
      lookup: (_hostname, { all }, found) => {
        guard.addressesOf(url).then(
          (addresses) => {
            const [first] = addresses
            if (first === undefined) return found(noAddress(), '')
            if (all === true) return found(null, [...addresses])
            found(null, first.address, first.family)
          },
          (error) => found(error, ''),
        )
      },
    })
  return (request, connected) => {
    try {
      // An address is connected to without a lookup.
      guard.requireUsable(url)
    } catch (error) {
      return connected(error instanceof Error ? error : new Error(String(error)), null)
    }
    connectorWith(sessions.of(origin))(request, (error, socket) => {
      if (error !== null) {
        sessions.drop(origin)
        return connected(error, null)
      }
      if (socket instanceof TLSSocket) {
        // They come behind the handshake, and after the certificate was judged.
        socket.on('session', (session) => {
          const isResumed = socket.isSessionReused()
          sessions.keep(origin, session, { isResumed, validForMs: validForMs(socket) })
        })
      }
      connected(null, socket)
    })
  }
}

/** How long the server's certificate holds from now on. */
function validForMs(socket: TLSSocket): number {
  return Date.parse(socket.getPeerCertificate().valid_to) - Date.now()
}

function noAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('The name has no address.'), { code: 'ENODATA' })
}
