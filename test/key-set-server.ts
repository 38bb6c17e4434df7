/** @module A web server on loopback that publishes a key set, as an operator's does for a `jwks_uri`. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A running server; what it publishes can be changed. */
export interface KeySetServer {
  readonly url: string
  /**
   * Publishes these keys, or this text. Until then it answers 404.
   *
   * @param options.to - only to who calls itself so in User-Agent: everybody else reads what was there before.
   */
  publish(keys: readonly object[] | string, options?: { readonly to: string }): void
  /** How often the set was asked for. */
  readonly asked: () => number
}

/** Starts a server that ends with the test. */
export async function startKeySetServer(): Promise<KeySetServer> {
  let published: string | undefined
  const special = new Map<string, string>()
  let asked = 0
  const server = createServer(({ headers }, outgoing) => {
    asked++
    const body = special.get(headers['user-agent'] ?? '') ?? published
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
    publish: (keys, options) => {
      const body = typeof keys === 'string' ? keys : JSON.stringify({ keys })
      if (options !== undefined) return void special.set(options.to, body)
      special.clear()
      published = body
    },
    asked: () => asked,
  }
}
