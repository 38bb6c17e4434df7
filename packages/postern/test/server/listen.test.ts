/** @module A server that listens: over TLS, without a word about itself, and until what runs is done. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createSelfSigned } from '../../../../test/certificates.ts'
import type { TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { sendLocally } from '../../src/http/local-client.ts'
import { createApp } from '../../src/server/app.ts'
import { type ListenOptions, listen } from '../../src/server/listen.ts'
import { heldRoute } from './held-route.ts'
import { openEmbedded, openServices } from './served-app.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

async function serve(options: ListenOptions = {}) {
  const held = heldRoute()
  const services = openServices({ store: opened.store, clock: new TestClock() })
  const app = createApp(services, { addRoutes: held.addRoutes })
  const listening = await listen(app, options)
  onTestFinished(() => listening.close())
  const authorization = `Bearer ${services.accessKeys.addLocal().reveal()}`
  const get = () => fetch(`${listening.url}/held`, { headers: { authorization } })
  return { held, listening, get }
}

describe('a server that is closed', () => {
  test('answers the requests that run, and takes no new one', async () => {
    const { held, listening, get } = await serve()
    const running = get()
    await held.arrived(1)
    const closed = listening.close()
    await expect(get()).rejects.toThrow()
    held.release()
    expect((await running).status).toBe(200)
    await closed
  })

  test('cuts off what does not end in time', async () => {
    const { held, listening, get } = await serve()
    const running = get()
    await held.arrived(1)
    const [ended] = await Promise.allSettled([running, listening.close(1)])
    expect(ended.status).toBe('rejected')
  })
})

test('a request that is no HTTP is answered with a problem', async () => {
  const { listening } = await serve()
  const { port } = new URL(listening.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write('GARBAGE\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  const [head = '', body = ''] = text.split('\r\n\r\n')
  expect(head).toContain('400 Bad Request')
  expect(JSON.parse(body)).toMatchObject({ code: 'request_malformed', status: 400 })
})

test.each([
  ['a header that is too large', `X-Large: ${'x'.repeat(20_000)}\r\n`],
  ['two hosts', 'Host: b.example\r\n'],
])('a request with %s is refused', async (_what, line) => {
  const { listening } = await serve()
  const { port, host } = new URL(listening.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`GET /held HTTP/1.1\r\nHost: ${host}\r\n${line}Connection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += chunk
  expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
})

describe('a caller that wants a tunnel', () => {
  async function askForTunnel(url: string) {
    const { port, hostname: host } = new URL(url)
    const socket = connect({ port: Number(port), host, allowHalfOpen: true })
    await once(socket, 'connect')
    socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')
    return socket
  }

  test('takes nobody else the server by a reset', async () => {
    const { listening } = await serve()
    for (let at = 0; at < 20; at++) (await askForTunnel(listening.url)).resetAndDestroy()
    expect((await fetch(`${listening.url}/held`)).status).toBe(401)
  })

  test('is answered, and does not keep the server from its end by holding the connection', async () => {
    const { listening } = await serve()
    const socket = await askForTunnel(listening.url)
    onTestFinished(() => void socket.destroy())
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toContain('"code":"request_malformed"')
    socket.write('x')
    await listening.close(1)
  })
})

test('a server with a certificate speaks TLS, and nothing older than 1.2', async () => {
  const { cert, key } = createSelfSigned({ hosts: ['postern.example.com'] })
  const { listening } = await serve({ tls: { cert, key } })
  expect(listening.url).toMatch(/^https:/)
  const server = { url: listening.url, certificate: cert }
  const { status } = await sendLocally(server, { method: 'GET', path: '/held', headers: {} })
  expect(status).toBe(401)
  const { port } = new URL(listening.url)
  const old = once(
    connectTls({ port: Number(port), maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ca: cert }),
    'secureConnect',
  )
  await expect(old).rejects.toThrow()
})
