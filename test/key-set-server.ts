/** @module A web server on loopback that publishes a key set, as an operator's does for a `jwks_uri`. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A running server; what it publishes can be changed. */
export interface KeySetServer {
  readonly url: string
  /** Publishes these keys, or this text. Until then it answers 404. */
  publish(keys: readonly object[] | string): void
  /** How often the set was asked for. */
  readonly asked: () => number
}

/** Starts a server that ends with the test. */
export async function startKeySetServer(): Promise<KeySetServer> {
  let body: string | undefined
  let asked = 0
  const server = createServer((_incoming, outgoing) => {
    asked++
    outgoing.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    outgoing.end(body ?? '{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    publish: (keys) => {
      body = typeof keys === 'string' ? keys : JSON.stringify({ keys })
    },
    asked: () => asked,
  }
}
