/** @module What the proxy does with bodies: each piece goes on as it comes, and no faster than it is taken. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as passed } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { TestStore } from '../../../../../test/stores.ts'
import { maxBodyBytes } from '../../../src/server/proxy/caller-body.ts'
import { openEmbedded } from '../served-app.ts'
import {
  anyCall,
  openSocket,
  proxiedScript,
  proxiedServer,
  scriptedApiToken,
} from './proxied-org.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const MIB = 2 ** 20
// What may be under way at most: buffers of five sockets and streams, which the system sizes as it likes.
const IN_BUFFERS = 16 * MIB
const PIECE = Buffer.alloc(65_536, 'x')

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** An org whose answers to paths below `/api/v1/piece` are the test's to write. */
async function heldOrg() {
  const waiting: ((exchange: Exchange) => void)[] = []
  const server = createServer((incoming, outgoing) => {
    const take = incoming.url?.startsWith('/api/v1/held') ? waiting.shift() : undefined
    if (take === undefined) incoming.resume().on('end', () => outgoing.end('[]'))
    else take({ incoming, outgoing })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const proxied = await proxiedServer(opened.store, `http://127.0.0.1:${port}`, {
    keys: { any: [anyCall], other: [anyCall] },
  })
  const headers = { authorization: `SSWS ${proxied.keys.any}` }
  /** Sends a request through the proxy, and gives both ends of it. */
  const begin = async ({
    body,
    more = {},
  }: {
    body?: Buffer
    more?: Record<string, string>
  } = {}) => {
    const arrived = new Promise<Exchange>((resolve) => waiting.push(resolve))
    const sent = request(`${proxied.proxy}/api/v1/held`, {
      method: body === undefined ? 'GET' : 'PUT',
      headers: { ...headers, ...more },
      agent: false,
    })
    sent.on('error', () => undefined)
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve)
      sent.once('error', reject)
    })
    answered.catch(() => undefined)
    // The org hears of a request with its first piece.
    if (body === undefined) sent.end()
    else sent.write(body)
    return { sent, answered, org: await arrived }
  }
  return { ...proxied, begin, waiting }
}

/** Writes until nothing is taken any more, and gives how much was. */
async function fill(writable: { write(chunk: Buffer): boolean; writableNeedDrain: boolean }) {
  let bytes = 0
  for (let idle = 0; idle < 5; ) {
    while (!writable.writableNeedDrain && bytes < 256 * MIB) {
      writable.write(PIECE)
      bytes += PIECE.byteLength
      idle = 0
    }
    await passed(20)
    idle++
  }
  return bytes
}

async function read(answer: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const chunk of answer) bytes += chunk.length
  return bytes
}

describe('the body of an answer', () => {
  test('goes on piece by piece, as it comes', async () => {
    const { begin } = await heldOrg()
    const { answered, org } = await begin()
    org.outgoing.writeHead(200, { 'content-type': 'application/json' })
    org.outgoing.write('[1')
    const pieces = (await answered)[Symbol.asyncIterator]()
    expect(String((await pieces.next()).value)).toBe('[1')
    org.outgoing.end(']')
    expect(String((await pieces.next()).value)).toBe(']')
    expect((await pieces.next()).done).toBe(true)
  })

  test('is held back while its reader reads nothing, and comes whole when it does', async () => {
    const { begin } = await heldOrg()
    const { answered, org } = await begin()
    org.outgoing.writeHead(200)
    org.outgoing.write(PIECE)
    const answer = await answered
    const before = process.memoryUsage().arrayBuffers
    const written = await fill(org.outgoing)
    expect(written).toBeLessThan(IN_BUFFERS)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * IN_BUFFERS)
    const total = read(answer)
    org.outgoing.end()
    expect(await total).toBe(written + PIECE.byteLength)
  })

  test.each([
    ['with its length', { 'content-length': '1000' }],
    ['in chunks', {}],
  ])('that breaks off %s breaks off for the caller', async (_how, headers) => {
    const { begin } = await heldOrg()
    const { answered, org } = await begin()
    org.outgoing.writeHead(200, headers)
    org.outgoing.write('[1')
    const answer = await answered
    await once(answer, 'readable')
    org.outgoing.destroy()
    await expect(read(answer)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(answer.complete).toBe(false)
  })

  test('that breaks off is no end to a reader for whom the end of the connection is one', async () => {
    const { url, keys, waiting } = await heldOrg()
    const arrived = new Promise<Exchange>((resolve) => waiting.push(resolve))
    const socket = openSocket(url)
    socket.write(
      [
        'GET /v1/connections/acme/proxy/api/v1/held HTTP/1.0',
        `Host: ${new URL(url).host}`,
        `Authorization: Bearer ${keys.any}`,
        '\r\n',
      ].join('\r\n'),
    )
    const { outgoing } = await arrived
    outgoing.writeHead(200)
    outgoing.write('[1')
    await once(socket, 'readable')
    outgoing.destroy()
    const text = async () => {
      let all = ''
      for await (const chunk of socket) all += chunk
      return all
    }
    await expect(text()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('ends at the org when the caller goes away', async () => {
    const { begin, logged } = await heldOrg()
    const { sent, answered, org } = await begin()
    org.outgoing.writeHead(200)
    org.outgoing.write('[1')
    await answered
    const closed = once(org.outgoing, 'close')
    sent.destroy()
    await closed
    expect(org.outgoing.writableFinished).toBe(false)
    const cut = { msg: 'an answer was cut off', code: 'request_abandoned' }
    await vi.waitFor(() => expect(logged).toContainEqual(expect.objectContaining(cut)))
  })

  test('is cut off when the server is stopped in the middle of it', async () => {
    const { begin, close } = await heldOrg()
    const { answered, org } = await begin()
    org.outgoing.writeHead(200)
    org.outgoing.write('[1')
    const answer = await answered
    const closed = once(org.outgoing, 'close')
    await close(10)
    await expect(read(answer)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await closed
  })

  // Half of the time after which an org that sends nothing is cut off.
  const atOnce = { timeout: 15_000 }
  test(
    'is cut off when the connection is removed, and no further request is sent',
    atOnce,
    async () => {
      const { begin, services, proxy, keys } = await heldOrg()
      const { answered, org } = await begin()
      org.outgoing.writeHead(200)
      org.outgoing.write('[1')
      const answer = await answered
      await services.connections.remove('acme', { actor: 'local' })
      await expect(read(answer)).rejects.toMatchObject({ code: 'ECONNRESET' })
      const headers = { authorization: `SSWS ${keys.any}` }
      expect((await fetch(`${proxy}/api/v1/users`, { headers })).status).toBe(404)
    },
  )
})

describe('a call without an answer when its connection is removed', () => {
  test.each([
    ['GET', 404, { code: 'connection_not_found' }],
    ['PUT', 502, { code: 'upstream_connection_lost', details: { outcome: 'unknown' } }],
  ])('hears of a %s what is known of it (G6)', async (method, status, problem) => {
    const { proxy, services, keys, waiting } = await heldOrg()
    const arrived = new Promise<Exchange>((resolve) => waiting.push(resolve))
    const headers = { authorization: `SSWS ${keys.any}` }
    const asked = fetch(`${proxy}/api/v1/held`, { method, headers })
    await arrived
    await services.connections.remove('acme', { actor: 'local' })
    const answer = await asked
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject(problem)
  })

  test('is not sent where that happens while the connection is opened', async () => {
    const { proxy, services, keys, requests } = await proxiedScript(
      opened.store,
      () => ({ body: [] }),
      { keys: { any: [anyCall] } },
    )
    const { connections } = services
    const open = connections.open.bind(connections)
    Object.assign(connections, {
      opened: () => undefined,
      open: async (name: string) => {
        const connection = await open(name)
        await connections.remove(name, { actor: 'local' })
        return connection
      },
    })
    const headers = { authorization: `SSWS ${keys.any}` }
    const answer = await fetch(`${proxy}/api/v1/users`, { headers })
    expect([answer.status, requests]).toEqual([404, []])
  })
})

describe('an access key', () => {
  test('that is revoked gets to its end what it was let in for, and nothing after that', async () => {
    const { begin, services, proxy, keys } = await heldOrg()
    const { answered, org } = await begin()
    org.outgoing.writeHead(200)
    org.outgoing.write('[1')
    const answer = await answered
    const [, id = ''] = keys.any.split('_')
    await services.accessKeys.revoke(id, { actor: 'local' })
    org.outgoing.end(']')
    expect(await read(answer)).toBe(3)
    const headers = { authorization: `SSWS ${keys.any}` }
    expect((await fetch(`${proxy}/api/v1/users`, { headers })).status).toBe(401)
  })

  test('whose answers do not end leaves another one a way to the org', async () => {
    const { begin, proxy, keys } = await heldOrg()
    const most = 128
    const hold = async () => {
      const { answered, org } = await begin()
      org.outgoing.writeHead(200)
      org.outgoing.write('[1')
      await answered
    }
    await Promise.all(Array.from({ length: most }, hold))
    const ask = (key: string) =>
      fetch(`${proxy}/api/v1/users`, { headers: { authorization: `SSWS ${key}` } })
    expect([(await ask(keys.any)).status, (await ask(keys.other)).status]).toEqual([429, 200])
    // Before the org is given up that sends nothing.
  }, 25_000)
})

describe('a credential', () => {
  test('that is replaced in the middle of an answer lets it end, and signs the next call', async () => {
    const { begin, send } = await heldOrg()
    const ask = async () => {
      const { answered, org } = await begin()
      org.outgoing.writeHead(200)
      org.outgoing.write('[1')
      return { answer: await answered, org, signedBy: org.incoming.headers.authorization }
    }
    const first = await ask()
    const apiToken = `00${'TestToken1'.repeat(4)}`
    const body = { apiToken, force: true }
    expect((await send('PATCH', '/v1/connections/acme', { body })).status).toBe(200)
    const next = await ask()
    for (const { org, answer } of [first, next]) {
      org.outgoing.end(']')
      expect(await read(answer)).toBe(3)
    }
    expect([first.signedBy, next.signedBy]).toEqual([
      `SSWS ${scriptedApiToken}`,
      `SSWS ${apiToken}`,
    ])
  })
})

describe('a request without an answer yet', () => {
  test('ends at the org when the caller goes away', async () => {
    const { begin } = await heldOrg()
    const { sent, org } = await begin()
    const closed = once(org.outgoing, 'close')
    sent.destroy()
    await closed
  })
})

describe('the body of a request', () => {
  test('goes on piece by piece, as it comes', async () => {
    const { begin } = await heldOrg()
    const { sent, answered, org } = await begin({ body: Buffer.from('{"a":') })
    const pieces = org.incoming[Symbol.asyncIterator]()
    expect(String((await pieces.next()).value)).toBe('{"a":')
    sent.end('1}')
    expect(String((await pieces.next()).value)).toBe('1}')
    expect((await pieces.next()).done).toBe(true)
    org.outgoing.end('{}')
    expect((await answered).statusCode).toBe(200)
  })

  test('that breaks off breaks off at the org, whether its length was said or not', async () => {
    const { begin } = await heldOrg()
    for (const more of [{}, { 'content-length': '1000' }]) {
      const { sent, org } = await begin({ body: Buffer.from('{"a":'), more })
      const all = read(org.incoming)
      sent.destroy()
      await expect(all).rejects.toMatchObject({ code: 'ECONNRESET' })
      expect(org.incoming.complete).toBe(false)
    }
  })

  test('of which the org wants no more never looks whole to it', async () => {
    const { begin } = await heldOrg()
    const { sent, answered, org } = await begin({ body: Buffer.from('{"a":') })
    const { socket } = org.incoming
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve))
    org.outgoing.writeHead(403)
    org.outgoing.end('no')
    const answer = await answered
    expect([answer.statusCode, await read(answer)]).toEqual([403, 2])
    sent.end('1}')
    // The end in the middle, or a reset, as the system has it.
    expect(['HPE_INVALID_EOF_STATE', 'ECONNRESET']).toContain((await failed).code)
    expect(org.incoming.complete).toBe(false)
  })

  test.each([
    ['whose length says so', { 'content-length': String(maxBodyBytes + 1) }],
    ['that turns out to be so', {}],
  ])('that is too large, %s, is refused', async (_how, more) => {
    const { proxy, keys } = await heldOrg()
    const sent = request(`${proxy}/api/v1/held`, {
      method: 'PUT',
      headers: { authorization: `SSWS ${keys.any}`, ...more },
      agent: false,
    })
    const answered = once(sent, 'response')
    sent.on('error', () => undefined)
    for (let bytes = 0; bytes < maxBodyBytes; bytes += PIECE.byteLength) sent.write(PIECE)
    sent.end('x')
    const [answer] = (await answered) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
  })

  test('that is not read to its end leaves the connection good for the next request', async () => {
    const { url, keys, waiting } = await heldOrg()
    const arrived = new Promise<Exchange>((resolve) => waiting.push(resolve))
    const socket = openSocket(url)
    const head = (method: string, path: string, ...lines: string[]) =>
      [
        `${method} /v1/connections/acme/proxy${path} HTTP/1.1`,
        `Host: ${new URL(url).host}`,
        `Authorization: Bearer ${keys.any}`,
        ...lines,
        '\r\n',
      ].join('\r\n')
    const rest = 'x'.repeat(500_000)
    socket.write(head('POST', '/api/v1/held', `Content-Length: ${rest.length + 5}`))
    socket.write('12345')
    const { outgoing } = await arrived
    outgoing.writeHead(403).end('no')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    while (!text.includes('no')) await once(socket, 'data')
    socket.write(rest)
    socket.write(head('GET', '/api/v1/users'))
    while (!text.includes('[]')) await once(socket, 'data')
    expect(text.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200'])
  })
})
