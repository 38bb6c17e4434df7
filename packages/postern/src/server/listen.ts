/** @module Serves an app over HTTP, and stops without cutting off what runs. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

/** Options of {@link listen}. */
export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any that is free. */
  readonly port?: number
}

/** A server that listens. */
export interface Listening {
  /** Where it is: `http://127.0.0.1:8443`. */
  readonly url: string
  /** Takes no new connection, waits for the requests that run, at most `withinMs` (default 10 s), then cuts them off. */
  close(withinMs?: number): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_TIMEOUT_MS = 60_000
const MAX_HEADER_BYTES = 16_384
const CLOSE_WITHIN_MS = 10_000

/** Starts to listen. */
export async function listen(app: Hono, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 0 } = options
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    getRequestListener(app.fetch),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: (withinMs = CLOSE_WITHIN_MS) => close(server, withinMs),
  }
}

async function close(server: Server, withinMs: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), withinMs)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearTimeout(timer)
}
