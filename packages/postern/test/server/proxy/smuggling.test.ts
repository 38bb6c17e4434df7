/** @module What somebody sends who wants another host, another method or another caller than the proxy would allow. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadCases } from '../../../../../test/bad-inputs/load.mjs'
import type { TestStore } from '../../../../../test/stores.ts'
import type { CallMethod } from '../../../src/config/access-rules.ts'
import { openEmbedded } from '../served-app.ts'
import {
  anyCall,
  openSocket,
  type ProxiedOrg,
  proxiedScript,
  scriptedApiToken,
} from './proxied-org.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const ROOT = '/v1/connections/acme/proxy'

/** Writes bytes as they are and gives all that comes until the connection ends. */
async function sendBytes(url: string, bytes: string): Promise<string> {
  const socket = openSocket(url)
  socket.write(bytes, 'latin1')
  let text = ''
  for await (const chunk of socket.setEncoding('latin1')) text += chunk
  return text
}

/** The lines of a request, the connection closed behind its answer. */
function lines(...all: readonly string[]): string {
  return `${[...all, 'Connection: close'].join('\r\n')}\r\n\r\n`
}

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1])
const codeOf = (text: string) => /"code":"(\w+)"/.exec(text)?.[1]

/** A second host, which must hear of nothing. */
async function secondHost(): Promise<{ readonly origin: string; readonly heard: string[] }> {
  const heard: string[] = []
  const server = createServer((incoming, outgoing) => {
    heard.push(`${incoming.method} ${incoming.url} ${JSON.stringify(incoming.headers)}`)
    outgoing.end('[]')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

interface ProxyCase {
  readonly context: { readonly methods: CallMethod[]; readonly pathPrefixes: string[] }
  readonly input: {
    readonly request: {
      readonly method: CallMethod
      readonly path: string
      readonly headers?: readonly [string, string][]
    }
  }
}

describe('the corpus of proxy requests, over the wire', () => {
  // There the headers of a call stand beside those of HTTP; here they are the same, and refused as what they are here.
  const onTheWire: Readonly<Record<string, string>> = {
    'prx-009': 'request_malformed',
    'prx-010': 'request_malformed',
    'prx-011': 'request_malformed',
  }

  test.each(
    loadCases()
      .filter(({ category }) => category === 'proxy_request')
      .map((one) => [one.id, one.title, one] as const),
  )('%s: %s', async (id, _title, one) => {
    const { context, input } = one as unknown as ProxyCase
    const { methods, pathPrefixes: paths } = context
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { limited: [{ connections: ['acme'], verbs: ['proxy'], methods, paths }] },
    })
    const { method, path, headers = [] } = input.request
    const text = await sendBytes(
      org.url,
      lines(
        `${method} ${ROOT}${path} HTTP/1.1`,
        `Host: ${new URL(org.url).host}`,
        `Authorization: Bearer ${org.keys.limited}`,
        ...headers.map(([name, value]) => `${name}: ${value}`),
      ),
    )
    const { outcome, code } = one.expect
    expect(org.requests.map((request) => `${request.method} ${request.path}`)).toEqual(
      outcome === 'accepted' ? [`${method} ${path}`] : [],
    )
    expect(codeOf(text)).toBe(outcome === 'accepted' ? undefined : (onTheWire[id] ?? code))
  })
})

describe('a request that says two things', () => {
  const head = (org: ProxiedOrg<'any'>, target = `${ROOT}/api/v1/users`, method = 'POST') => [
    `${method} ${target} HTTP/1.1`,
    `Host: ${new URL(org.url).host}`,
    `Authorization: Bearer ${org.keys.any}`,
  ]
  const post = (...more: string[]) => more
  const body = '5\r\nGET /\r\n0\r\n\r\n'

  test.each([
    ['two lengths', post('Content-Length: 5', 'Content-Length: 6')],
    ['two equal lengths', post('Content-Length: 5', 'Content-Length: 5')],
    ['a length and chunks', post('Content-Length: 5', 'Transfer-Encoding: chunked')],
    ['chunks and something else', post('Transfer-Encoding: chunked, identity')],
    ['an encoding that is none', post('Transfer-Encoding: xchunked')],
    ['chunks of something encoded', post('Transfer-Encoding: gzip, chunked')],
    ['two encodings', post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')],
    ['a length that is no number', post('Content-Length: 5x')],
    ['a length with a sign', post('Content-Length: +5')],
    ['a space before the colon', post('Content-Length : 5')],
    ['a header that goes on in the next line', post('X-A: 1', ' Content-Length: 5')],
    ['a header without a name', post(': 5')],
    ['a name with a control character', post('X\x01A: 5')],
    ['a value with NUL', post('Accept: \x00')],
    ['a line that ends in CR alone', post('Accept: a\rX-HTTP-Method-Override: DELETE')],
    ['two callers', post('Authorization: Bearer x')],
    ['two hosts', post('Host: evil.example')],
    ['a method override', post('X-HTTP-Method-Override: DELETE')],
    ['a method override with underscores', post('X_HTTP_METHOD_OVERRIDE: DELETE')],
    ['a length with an underscore', post('Content_Length: 5')],
    ['an encoding with an underscore', post('Transfer_Encoding: chunked')],
    ['an authorisation with an underscore in front of the org', post('if_match: "1"')],
    ['two types', post('Content-Type: application/json', 'Content-Type: text/html')],
    ['a condition that the connection takes back', post('If-Match: "1"', 'Connection: if-match')],
    ['an upgrade', post('Upgrade: websocket', 'Connection: Upgrade')],
    ['an upgrade to HTTP/2', post('Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings')],
    ['an encoded body', post('Content-Encoding: gzip', 'Content-Length: 0')],
    ['a cookie', post('Cookie: sid=1')],
    ['a proof', post('DPoP: eyJ')],
    ['an API token beside', post('X-API-Key: 1')],
  ])('is refused with %s', async (_what, more) => {
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { any: [anyCall] },
    })
    const isFramed = more.some((line) => /^(?:Content.Length|Transfer)/.test(line))
    const bytes = lines(...head(org), ...more) + (isFramed ? body : '')
    const text = await sendBytes(org.url, bytes)
    expect(statusOf(text)).toBeGreaterThanOrEqual(400)
    expect(text.match(/HTTP\/1\.1 \d{3} /g)).toHaveLength(1)
    expect(org.requests).toEqual([])
  })

  test.each([
    ['chunks, which HTTP/1.0 does not have', '1.0', ['Transfer-Encoding: chunked']],
    ['a version that is not HTTP/1', '2.0', []],
  ])('is refused with %s, and ends its connection', async (_what, version, more) => {
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { any: [anyCall] },
    })
    const [, ...rest] = head(org)
    const target = `POST ${ROOT}/api/v1/users HTTP/${version}`
    const lines = [target, ...rest, 'Connection: keep-alive', ...more, '']
    // What follows would be a request of its own.
    const next = ['GET / HTTP/1.1', 'Host: x', '', '']
    const bytes = [...lines, (more.length > 0 ? body : '') + next.join('\r\n')].join('\r\n')
    const text = await sendBytes(org.url, bytes)
    expect(text.match(/HTTP\/1\.1 \d{3} /g)).toEqual(['HTTP/1.1 400 '])
    expect(codeOf(text)).toBe('request_malformed')
    expect(org.requests).toEqual([])
  })

  test.each([
    ['a GET with a body', `GET ${ROOT}/api/v1/users`, ['Content-Length: 5']],
    ['a GET with chunks', `GET ${ROOT}/api/v1/users`, ['Transfer-Encoding: chunked']],
    ['a whole URL', `GET http://evil.example${ROOT}/api/v1/users`, []],
    ['a whole URL of its own', `GET http://HOST${ROOT}/api/v1/users`, []],
    ['a tunnel', 'CONNECT evil.example:443', []],
    ['a tunnel to itself', 'CONNECT HOST', []],
    ['no method that is known', `TRACE ${ROOT}/api/v1/users`, []],
    ['a question about methods', `OPTIONS ${ROOT}/api/v1/users`, []],
    ['a URL behind the root', `GET ${ROOT}http://evil.example/api/v1/users`, []],
    ['a host behind the root', `GET ${ROOT}@evil.example/api/v1/users`, []],
    ['a host instead of a path', `GET ${ROOT}//evil.example/api/v1/users`, []],
    ['a backslash', `GET ${ROOT}/\\evil.example/api/v1/users`, []],
    ['a fragment', `GET ${ROOT}/api/v1/users#@evil.example`, []],
    ['dots that are encoded twice', `GET ${ROOT}/api/v1/%252e%252e/x`, []],
    ['dots with a parameter', `GET ${ROOT}/api/v1/..;x/x`, []],
    ['a slash that is encoded', `GET ${ROOT}/api/v1%2f..%2fx`, []],
    ['bytes that are no text', `GET ${ROOT}/api/v1/%ff`, []],
    ['a way out of the proxy', `GET ${ROOT}/../../../v1/access-keys`, []],
    [
      'another name in the place of the connection',
      `GET /v1/connections/%61cme/proxy/api/v1/users`,
      [],
    ],
  ])('is refused as %s', async (_what, first, more) => {
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { any: [anyCall] },
    })
    const [, ...rest] = head(org)
    const { host } = new URL(org.url)
    const target = `${first.replace('HOST', host)} HTTP/1.1`
    const text = await sendBytes(org.url, lines(target, ...rest, ...more))
    expect(statusOf(text)).toBeGreaterThanOrEqual(400)
    expect(org.requests).toEqual([])
  })
})

test('whatever is sent, no other host hears of it, and no credential comes back', async () => {
  const other = await secondHost()
  // An org that tries to lead its callers elsewhere, and shows what it was shown.
  const org = await proxiedScript(
    opened.store,
    ({ headers, path }) => ({
      status: path.includes('e') ? 302 : 200,
      headers: {
        location: `http://${other.origin}/landed`,
        link: `<http://${other.origin}/api/v1/users>; rel="related"`,
        'set-cookie': `sid=${headers.authorization}`,
        'x-shown': String(headers.authorization),
        refresh: `0; url=http://${other.origin}/`,
        'dpop-nonce': 'n',
      },
      body: [],
    }),
    { keys: { any: [anyCall] } },
  )
  const own = new URL(org.url).host
  const word = fc.constantFrom(
    ...[other.origin, own, `http://${other.origin}`, `//${other.origin}`, `@${other.origin}`],
    ...['/api/v1/users', '/', '\\', '..', '%2e%2e', '%2f', ';', '?', '#', ':80', '%00', ' ', 'x'],
  )
  const begin = fc.constantFrom('/api/v1/users', '/api/v1/users', '/api/v1/users?q=', '')
  const target = fc
    .tuple(begin, fc.array(word, { maxLength: 4 }))
    .map(([first, words]) => first + words.join(''))
  const header = fc.tuple(
    fc.constantFrom(
      ...['Host', 'X-Forwarded-Host', 'Forwarded', 'X-Original-URL', 'X-Rewrite-URL', 'Referer'],
      ...['Accept', 'If-Match', 'User-Agent', 'X_Host', 'Connection', 'Upgrade', 'Via', 'Expect'],
    ),
    fc.constantFrom(other.origin, `http://${other.origin}/`, `host=${other.origin}`, 'close', '*'),
  )
  const form = fc.constantFrom('path', 'path', 'path', 'bare', 'absolute')
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS')
  await fc.assert(
    fc.asyncProperty(
      ...([method, form, target, fc.array(header, { maxLength: 3 })] as const),
      async (verb, how, rest, headers) => {
        const path =
          how === 'path' ? ROOT + rest : how === 'bare' ? rest : `http://${rest}${ROOT}/x`
        const text = await sendBytes(
          org.url,
          lines(
            `${verb} ${path} HTTP/1.1`,
            ...(headers.some(([name]) => name === 'Host') ? [] : [`Host: ${own}`]),
            `Authorization: SSWS ${org.keys.any}`,
            ...headers.map(([name, value]) => `${name}: ${value}`),
          ),
        )
        expect(text).not.toContain(scriptedApiToken)
        expect(text).not.toContain(org.keys.any)
        expect(text).not.toContain(`//${other.origin}`)
      },
    ),
    { numRuns: 150 },
  )
  expect(other.heard).toEqual([])
  expect(org.requests.length).toBeGreaterThan(3)
  for (const { path, headers } of org.requests) {
    expect(path.startsWith('/')).toBe(true)
    expect(headers.host).toBe(new URL(org.orgUrl).host)
    expect(headers.authorization).toBe(`SSWS ${scriptedApiToken}`)
  }
}, 60_000)
