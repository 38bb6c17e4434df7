/** @module The root of an org on a port of its own: what goes through it as through the proxy, and what ends there. */

import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../../test/scripted-server.ts'
import type { TestStore } from '../../../../../test/stores.ts'
import { listen } from '../../../src/server/listen.ts'
import { maxBodyBytes } from '../../../src/server/proxy/caller-body.ts'
import { rootApp } from '../../../src/server/proxy/root.ts'
import { openEmbedded } from '../served-app.ts'
import { anyCall, openSocket, proxiedOrg, proxiedScript } from './proxied-org.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

/** Opens the root of the connection `acme` of a server. */
async function openRoot(url: string): Promise<string> {
  const listening = await listen(rootApp({ server: { url }, connection: 'acme' }))
  onTestFinished(() => listening.close(0))
  return listening.url
}

/** Opens the root of the connection `acme` of any server of Node, which listens from then on. */
async function openRootOf(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return openRoot(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** What comes over a connection until it ends. */
async function textOf(socket: Socket): Promise<string> {
  return (await socket.toArray()).join('')
}

describe('the root of an org', () => {
  test('takes the target as it came, a whole URL of its own too, under its own names alone', async () => {
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { any: [anyCall] },
    })
    const root = await openRoot(org.url)
    const { host, port } = new URL(root)
    const ask = async (target: string, ...headers: string[]) => {
      const socket = openSocket(root)
      const lines = [`Authorization: SSWS ${org.keys.any}`, ...headers, 'Connection: close']
      socket.write([`GET ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
      return (await textOf(socket)).slice(9, 12)
    }
    expect([
      await ask('/api/v1/users?q=a%2Fb&q=', `Host: ${host}`),
      await ask(`http://${host}/api/v1/groups`, 'Host: elsewhere.example'),
      await ask('/api/v1/apps', `Host: localhost:${port}`),
      await ask('/api/v1/apps?u=http://elsewhere.example/x', `Host: ${host}`),
    ]).toEqual(['200', '200', '200', '200'])
    expect(org.requests.map(({ path }) => path)).toEqual([
      '/api/v1/users?q=a%2Fb&q=',
      '/api/v1/groups',
      '/api/v1/apps',
      '/api/v1/apps?u=http://elsewhere.example/x',
    ])
    expect([
      await ask('/api/v1/users', 'Host: elsewhere.example'),
      await ask('http://elsewhere.example/api/v1/users', `Host: ${host}`),
      await ask('/api/v1/users', `Host: ${host}`, 'Host: elsewhere.example'),
      await ask('/api/v1/users', `Host: ${host}`, 'Origin: https://elsewhere.example'),
      await ask('/api/v1/users', `Host: ${host}`, 'If_Match: "x"'),
      await ask('/api/v1/users', `Host: ${host}`, 'If-Match: "x"', 'Connection: if-match'),
      await ask('/../../access-keys', `Host: ${host}`),
      await ask('//elsewhere.example/api/v1/users', `Host: ${host}`),
      await ask('*', `Host: ${host}`),
    ]).toEqual(['421', '421', '400', '403', '400', '400', '400', '400', '400'])
    expect(org.requests).toHaveLength(4)
  })

  test('leads to itself where the proxy of its server does', async () => {
    const proxy = '/v1/connections/acme/proxy'
    const server = await startScriptedServer(({ path }) =>
      path.endsWith('/plain')
        ? { body: [] }
        : {
            status: 302,
            headers: {
              location: path.endsWith('/away')
                ? '/elsewhere'
                : `http://x${proxy}/api/v1/users/00u1`,
              link: `<http://x${proxy}/api/v1/users?after=1>; rel="next", </elsewhere>; rel="help"`,
            },
          },
    )
    onTestFinished(server.close)
    const root = await openRoot(server.orgUrl)
    const ask = async (path: string) => (await fetch(root + path, { redirect: 'manual' })).headers
    const led = await ask('/api/v1/users')
    expect(led.get('location')).toBe(`${root}/api/v1/users/00u1`)
    expect(led.get('link')).toBe(
      `<${root}/api/v1/users?after=1>; rel="next", </elsewhere>; rel="help"`,
    )
    expect((await ask('/away')).get('location')).toBe('/elsewhere')
    const plain = await ask('/plain')
    expect([plain.get('location'), plain.get('link')]).toEqual([null, null])
    expect(server.requests.map(({ path }) => path)).toEqual([
      `${proxy}/api/v1/users`,
      `${proxy}/away`,
      `${proxy}/plain`,
    ])
  })

  test('keeps to itself what is of the way to it, and what is no path', async () => {
    const server = await startScriptedServer(() => ({ body: [] }))
    onTestFinished(server.close)
    const root = await openRoot(server.orgUrl)
    const { host } = new URL(root)
    const ask = async (target: string, ...lines: string[]) => {
      const socket = openSocket(root)
      const asked = [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...lines, '', '']
      socket.write(asked.join('\r\n'))
      const [answer] = await once(socket, 'data')
      socket.destroy()
      return String(answer).slice(9, 12)
    }
    const own = ['Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'Connection: Close']
    expect(await ask('/a', ...own, 'X-Custom: 1')).toBe('200')
    expect(await ask('/b', 'Connection: x-keep-alive')).toBe('200')
    expect(await ask('/c', 'Connection: keep-alive-x')).toBe('200')
    expect(await ask('*')).toBe('400')
    const [first, ...others] = server.requests.map(({ headers }) => headers)
    expect(first).toMatchObject({ host: new URL(server.orgUrl).host, 'x-custom': '1' })
    for (const name of ['keep-alive', 'proxy-connection']) expect(first?.[name]).toBeUndefined()
    expect(first?.connection).not.toMatch(/close/i)
    expect(others.map(({ connection }) => connection)).toEqual([
      expect.stringContaining('x-keep-alive'),
      expect.stringContaining('keep-alive-x'),
    ])
  })

  test('keeps its connection to the server for the next request', async () => {
    let connections = 0
    const server = createServer((incoming, outgoing) => {
      incoming.resume().on('end', () => outgoing.end('[]'))
    })
    server.on('connection', () => connections++)
    const root = await openRootOf(server)
    for (const body of ['{}', '[]']) {
      const answer = await fetch(`${root}/api/v1/groups`, { method: 'POST', body })
      expect(await answer.json()).toEqual([])
    }
    expect(connections).toBe(1)
  })

  test('gives a body as it comes, and a refusal that comes before its end', async () => {
    const org = await proxiedScript(
      opened.store,
      ({ body }) => ({ body: JSON.parse(String(body)) }),
      {
        keys: { any: [anyCall] },
      },
    )
    const root = await openRoot(org.url)
    const headers = { authorization: `SSWS ${org.keys.any}`, 'content-type': 'application/json' }
    const sent = { name: 'x'.repeat(100_000) }
    const answer = await fetch(`${root}/api/v1/groups`, {
      ...{ method: 'POST', headers, body: JSON.stringify(sent) },
    })
    expect([answer.status, await answer.json()]).toEqual([200, sent])

    const tooLarge = request(`${root}/api/v1/groups`, {
      method: 'POST',
      headers: { ...headers, 'content-length': maxBodyBytes + 1 },
    })
    tooLarge.on('error', () => undefined)
    tooLarge.write(Buffer.alloc(1_000_000, 'x'))
    const [refused] = await once(tooLarge, 'response')
    expect(refused.statusCode).toBe(413)
    tooLarge.destroy()
  })

  test('gives a request up whose answer comes before its end', async () => {
    const server = createServer({ keepAliveTimeout: 0 }, (_incoming, outgoing) =>
      outgoing.end('[]'),
    )
    const left = new Promise((resolve) => {
      server.on('connection', (socket) => socket.on('close', resolve))
    })
    const root = await openRootOf(server)
    const asked = request(`${root}/api/v1/groups`, {
      method: 'POST',
      headers: { 'content-length': 10 },
    })
    onTestFinished(() => void asked.destroy())
    asked.on('error', () => undefined)
    asked.write('[')
    const [answer] = await once(asked, 'response')
    expect(answer.statusCode).toBe(200)
    await left
  })

  test('resets the connection where an answer of the org breaks off', async () => {
    const org = await proxiedScript(
      opened.store,
      () => ({ body: [{ id: '1' }, { id: '2' }], cut: 'during' }),
      { keys: { any: [anyCall] } },
    )
    const root = await openRoot(org.url)
    const answer = await fetch(`${root}/api/v1/users`, {
      headers: { authorization: `SSWS ${org.keys.any}` },
    })
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
  })

  test('says so where its server is gone', async () => {
    const org = await proxiedOrg(opened.store, { keys: { any: [anyCall] } })
    const other = await listen(rootApp({ server: { url: org.url }, connection: 'acme' }))
    await other.close(0)
    const root = await openRoot(other.url)
    const answer = await fetch(`${root}/api/v1/users`)
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'server_unreachable', errorCode: 'server_unreachable' }),
    ])
  })
})
