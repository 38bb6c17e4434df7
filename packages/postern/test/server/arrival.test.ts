/** @module Which requests count as meant for this server: by name, by origin, by address. */

import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { callerAddress, parseNetwork } from '../../src/server/caller-address.ts'
import { serverNames } from '../../src/server/server-names.ts'
import { sendRaw } from './raw-http.ts'
import { openEmbedded, serveApp } from './served-app.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const serve = () =>
  serveApp({ store: opened.store, listen: { publicUrl: 'https://postern.example.com' } })

describe('a host that is no name of the server is refused', () => {
  test.each([
    ['another name that leads here', 'rebound.example'],
    ['another name with the port', 'rebound.example:PORT'],
    ['this machine on another port', '127.0.0.1:1'],
    ['this machine without the port', '127.0.0.1'],
    ['the public name with a port', 'postern.example.com:8443'],
    ['a name that begins alike', 'postern.example.com.evil.example'],
    ['a name with user information', 'x@127.0.0.1:PORT'],
  ])('%s: %s', async (_what, host) => {
    const { url } = await serve()
    const answer = await sendRaw(url, {
      headers: { host: host.replace('PORT', new URL(url).port) },
    })
    expect([400, 421]).toContain(answer.status)
    expect(answer.code).toBe(answer.status === 421 ? 'request_host_unknown' : 'request_malformed')
  })

  test.each([
    '127.0.0.1:PORT',
    'localhost:PORT',
    'LOCALHOST:PORT',
    '[::1]:PORT',
    'postern.example.com',
  ])('and %s is not', async (host) => {
    const { url } = await serve()
    const { status } = await sendRaw(url, {
      headers: { host: host.replace('PORT', new URL(url).port) },
    })
    expect(status).toBe(200)
  })

  test('an absolute target counts more than Host', async () => {
    const { url } = await serve()
    const foreign = await sendRaw(url, { path: 'http://rebound.example/openapi.json' })
    expect([foreign.status, foreign.code]).toEqual([421, 'request_host_unknown'])
    const own = await sendRaw(url, { path: `${url}/openapi.json` })
    expect(own.status).toBe(200)
  })

  test.each(['host', 'authorization'])(
    'two headers %s are refused, whatever they say',
    async (name) => {
      const { url } = await serve()
      const own = { host: new URL(url).host, authorization: 'Bearer one' }
      const lines = Object.entries({ ...own, connection: 'close' }).map(
        ([key, value]) => `${key}: ${value}`,
      )
      const twice = `${name}: ${name === 'host' ? 'evil.example' : 'Bearer other'}`
      const text = ['GET /v1/status HTTP/1.1', ...lines, twice, '', ''].join('\r\n')
      const { hostname, port } = new URL(url)
      const socket = connect(Number(port), hostname, () => socket.write(text))
      let answer = ''
      for await (const chunk of socket) answer += chunk
      expect(answer).toMatch(/^HTTP\/1.1 400 /)
      expect(answer).toContain('"code":"request_malformed"')
    },
  )

  test('a path that does not exist is no way around it', async () => {
    const { url } = await serve()
    const answer = await sendRaw(url, { path: '/nothing', headers: { host: 'rebound.example' } })
    expect(answer.code).toBe('request_host_unknown')
  })

  test('a server on every address is known by each of them', () => {
    const { hosts } = serverNames({ address: '0.0.0.0', port: 80 }, plain)
    expect(hosts).toContain('127.0.0.1')
    expect(hosts).not.toContain('0.0.0.0')
  })
})

describe('a page of another origin is refused', () => {
  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['another scheme', { origin: 'http://postern.example.com' }],
    ['a link or an image on another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port, without an Origin', { 'sec-fetch-site': 'same-site' }],
  ])('%s', async (_what, headers) => {
    const { send } = await serve()
    const { status, json } = await send('GET', '/v1/access-keys', { headers })
    expect([status, json?.['code']]).toEqual([403, 'request_cross_origin'])
  })

  test('a preflight gets no leave either', async () => {
    const { send } = await serve()
    const { status, headers } = await send('OPTIONS', '/v1/access-keys', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    })
    expect(status).toBe(403)
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('its own page and a typed address are not', async () => {
    const { url, send } = await serve()
    const own = { origin: url, 'sec-fetch-site': 'same-origin' }
    expect((await send('GET', '/v1/access-keys', { headers: own })).status).toBe(200)
    const typed = { 'sec-fetch-site': 'none' }
    expect((await send('GET', '/openapi.json', { headers: typed })).status).toBe(200)
  })

  test('no answer has a header that lets other origins read it, or says what serves it', async () => {
    const { send } = await serve()
    const answers = await Promise.all(
      ['/v1/access-keys', '/nothing'].map((path) => send('GET', path)),
    )
    for (const { headers } of answers)
      expect(
        [...headers.keys()].filter((name) => /^(access-control|server|x-powered-by)/.test(name)),
      ).toEqual([])
  })
})

describe('the address of a caller', () => {
  const proxies = ['10.0.0.0/8', '::1'].map(parseNetwork).filter((one) => one !== undefined)
  test.each([
    ['nobody is trusted', '10.0.0.1', '203.0.113.9', [], '10.0.0.1'],
    ['the proxy is another', '192.0.2.1', '203.0.113.9', proxies, '192.0.2.1'],
    ['the proxy is trusted', '10.0.0.1', '203.0.113.9', proxies, '203.0.113.9'],
    ['so is one before it', '10.0.0.1', '203.0.113.9, 10.0.0.2', proxies, '203.0.113.9'],
    ['the caller wrote the first', '10.0.0.1', '198.51.100.1, 203.0.113.9', proxies, '203.0.113.9'],
    ['it says what is no address', '10.0.0.1', 'unknown', proxies, '10.0.0.1'],
    ['it says an address that cannot be read', '::1', '::%.0ffff:', proxies, '::1'],
    ['it says nothing', '::1', undefined, proxies, '::1'],
    ['it is IPv4 in IPv6', '::ffff:10.0.0.1', '203.0.113.9', proxies, '203.0.113.9'],
  ])('where %s', (_what, remoteAddress, forwarded, networks, expected) => {
    const headers = { 'x-forwarded-for': forwarded }
    expect(callerAddress({ socket: { remoteAddress }, headers }, networks)).toBe(expected)
  })
})

const plain = {
  host: '0.0.0.0',
  tls: undefined,
  publicUrl: undefined,
  trustedProxies: [],
  connectOrigins: [],
}
