/** @module An answer of the org that breaks off, or that its caller gives up: it is an error for every kind of reader. */

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createSelfSigned } from '../../../../../test/certificates.ts'
import type { TestStore } from '../../../../../test/stores.ts'
import { createApp } from '../../../src/server/app.ts'
import { type ListenOptions, listen } from '../../../src/server/listen.ts'
import { rootApp } from '../../../src/server/proxy/root.ts'
import { openEmbedded } from '../served-app.ts'
import { anyCall, proxiedServer } from './proxied-org.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const { cert, key } = createSelfSigned({ hosts: ['localhost'] })

/** An org that holds its answers back for the test to write, and where the proxy of it is. */
async function heldOrg(tls: ListenOptions['tls']) {
  const waiting: ((outgoing: ServerResponse) => void)[] = []
  const paths: string[] = []
  const server = createServer((incoming, outgoing) => {
    paths.push(`${incoming.method} ${incoming.url}`)
    const take = incoming.url?.startsWith('/api/v1/held') ? waiting.shift() : undefined
    if (take === undefined) incoming.resume().on('end', () => outgoing.end('[]'))
    else take(outgoing)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const { url, keys, services } = await proxiedServer(opened.store, `http://127.0.0.1:${port}`, {
    keys: { any: [anyCall] },
  })
  const serve = async (app: Parameters<typeof listen>[0], prefix: string) => {
    const listening = await listen(app, tls === undefined ? {} : { tls })
    onTestFinished(() => listening.close(0))
    return { at: listening.url, prefix, close: listening.close }
  }
  paths.length = 0
  return {
    ...{ paths, key: keys.any },
    proxy: await serve(createApp(services), '/v1/connections/acme/proxy'),
    root: await serve(rootApp({ server: { url }, connection: 'acme' }), ''),
    held: () => new Promise<ServerResponse>((resolve) => waiting.push(resolve)),
  }
}

type HeldOrg = Awaited<ReturnType<typeof heldOrg>>

/** A connection on which its end and the end of what is sent over it are told apart. */
function open(
  { at }: HeldOrg['proxy'],
  isTls: boolean,
): { socket: Socket; ended: Promise<string> } {
  const place = { port: Number(new URL(at).port), host: '127.0.0.1', allowHalfOpen: true }
  const socket = isTls ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place)
  onTestFinished(() => void socket.destroy())
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('an end'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)))
  })
  return { socket, ended }
}

const get = ({ key }: HeldOrg, { at, prefix }: HeldOrg['proxy'], version: string, path = '/held') =>
  [
    `GET ${prefix}/api/v1${path} HTTP/${version}`,
    `Host: ${new URL(at).host}`,
    `Authorization: Bearer ${key}`,
    '\r\n',
  ].join('\r\n')

describe.each([
  ['in clear text', undefined],
  ['over TLS', { cert, key }],
])('an answer %s', (_how, tls) => {
  test.each([
    ['with its length', '1.1', { 'content-length': '1000' }],
    ['in chunks', '1.1', {}],
    ['to its end, for HTTP/1.0', '1.0', {}],
  ])('that breaks off %s never ends like a whole one', async (_what, version, headers) => {
    const org = await heldOrg(tls)
    for (const place of [org.proxy, org.root]) {
      const held = org.held()
      const { socket, ended } = open(place, tls !== undefined)
      socket.write(get(org, place, version))
      const outgoing = await held
      outgoing.writeHead(200, headers)
      outgoing.write('[1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
        if (text.includes('[1')) outgoing.destroy()
      })
      expect(await ended).toBe('ECONNRESET')
    }
  })

  test('that its reader of HTTP/1.0 gives up by half never ends like a whole one', async () => {
    const org = await heldOrg(tls)
    for (const place of [org.proxy, org.root]) {
      const held = org.held()
      const { socket, ended } = open(place, tls !== undefined)
      socket.write(get(org, place, '1.0'))
      const outgoing = await held
      const closed = once(outgoing, 'close')
      outgoing.writeHead(200)
      outgoing.write('[1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
        if (text.includes('[1')) socket.end()
      })
      expect(await ended).toBe('ECONNRESET')
      await closed
      // As it came, without the marks of chunks, which HTTP/1.0 does not have.
      expect(text.slice(text.indexOf('\r\n\r\n'))).toBe('\r\n\r\n[1')
    }
  })
})

test('an answer to HTTP/1.0 that is under way when the server stops never ends like a whole one', async () => {
  const org = await heldOrg(undefined)
  const held = org.held()
  const { socket, ended } = open(org.proxy, false)
  socket.write(get(org, org.proxy, '1.0'))
  const outgoing = await held
  outgoing.write('[1')
  await once(socket, 'data')
  await org.proxy.close(10)
  expect(await ended).toBe('ECONNRESET')
})

describe('requests that are sent without waiting', () => {
  test('are passed on one behind the other, and not at all where the caller goes away', async () => {
    const org = await heldOrg(undefined)
    for (const place of [org.proxy, org.root]) {
      org.paths.length = 0
      const begin = async () => {
        const held = org.held()
        const { socket } = open(place, false)
        socket.write(get(org, place, '1.1') + get(org, place, '1.1', '/users'))
        return { outgoing: await held, socket }
      }
      const first = await begin()
      first.outgoing.write('[1')
      await once(first.socket, 'data')
      expect(org.paths).toEqual(['GET /api/v1/held'])
      first.outgoing.end(']')
      let text = ''
      for await (const chunk of first.socket) {
        text += chunk
        if (text.includes('[]')) break
      }
      expect(org.paths).toEqual(['GET /api/v1/held', 'GET /api/v1/users'])

      const second = await begin()
      const closed = once(second.outgoing, 'close')
      second.socket.destroy()
      await closed
      expect(org.paths).toEqual([...['GET /api/v1/held', 'GET /api/v1/users'], 'GET /api/v1/held'])
    }
  })
})
