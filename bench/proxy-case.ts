/**
 * @module A proxy of bench/proxy.ts, in a process of its own: Postern with a connection that has a Bearer token, or undici's
 * dispatch behind `node:http` and nothing else. `proxy-case.ts postern|bare ORG-URL`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { exportJwk, generateKey } from '@postern/core'
import { type Dispatcher, Pool } from 'undici'
import { createApp } from '../packages/postern/src/server/app.ts'
import { defaultLimits } from '../packages/postern/src/server/limits.ts'
import { listen } from '../packages/postern/src/server/listen.ts'
import { openService } from '../packages/postern/src/service.ts'

/** Where the root of the org is, and what lets a caller in: several, since one alone may hold 128 calls. */
export interface ServedProxy {
  readonly url: string
  readonly accessKeys: readonly string[]
}

const KEYS = 10
const [kind, orgUrl = ''] = process.argv.slice(2)
if (kind === 'postern') await servePostern()
else serveBare()

process.on('message', () => {
  globalThis.gc?.()
  process.send?.(process.memoryUsage().rss / 2 ** 20)
})

async function servePostern(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'postern-bench-'))
  process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  process.on('SIGTERM', () => process.exit())
  const service = await openService({ dataDir, env: {}, dev: true })
  const authorization = `Bearer ${service.localKey.reveal()}`
  const post = async (at: string, body: object) => {
    const answer = await service.app.request(at, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${at}: ${await answer.text()}`)
    return answer.json()
  }
  await post('/v1/connections', {
    ...{ name: 'acme', orgUrl, clientId: '0oaTEST0000000000Tst', scopes: 'okta.users.read' },
    ...{ key: exportJwk(await generateKey({ alg: 'ES256' })).reveal(), force: true },
  })
  // How many requests an org takes at the same time is no part of how fast they are passed on.
  const { org } = await service.connections.open('acme')
  org.pacer.maxInFlight = Number.POSITIVE_INFINITY
  const rules = [{ connections: ['acme'], verbs: ['proxy'] }]
  const accessKeys: string[] = []
  for (let at = 0; at < KEYS; at++) {
    accessKeys.push((await post('/v1/access-keys', { name: `caller ${at}`, rules })).text)
  }
  // What one caller may ask in a second is no part of how fast it is answered.
  const limits = { ...defaultLimits, requests: { burst: 1e9, perSecond: 1e9 } }
  const { url } = await listen(createApp(service, { limits }))
  tell({ url: `${url}/v1/connections/acme/proxy`, accessKeys })
}

function serveBare(): void {
  const pool = new Pool(orgUrl, { connections: 1_024 })
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request
    const options = { path: url, method: method as Dispatcher.HttpMethod }
    const headers = { authorization: 'Bearer TEST.ACCESS.TOKEN' }
    pool.dispatch({ ...options, headers }, new Passing(response))
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    tell({ url: `http://127.0.0.1:${port}`, accessKeys: Array(KEYS).fill('TEST') })
  })
}

/** Moves an answer on, no faster than it is taken. */
class Passing implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  onRequestStart(): void {
    // Nothing is done yet.
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    received: Record<string, string | string[] | undefined>,
  ): void {
    this.#response.on('drain', () => controller.resume())
    const { 'content-type': type = '', 'content-length': length = '' } = received
    this.#response.writeHead(status, { 'content-type': `${type}`, 'content-length': `${length}` })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (!this.#response.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#response.end()
  }

  onResponseError(): void {
    this.#response.destroy()
  }
}

function tell(served: ServedProxy): void {
  process.send?.(served)
}
