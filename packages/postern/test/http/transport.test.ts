import { Org, type OrgUrl, Secret } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { loadCases, responseOf } from '../../../../test/bad-inputs/load.mjs'
import { createTransport, type TransportOptions } from '../../src/http/transport.ts'
import { type Answer, codeOf, readAll, startWireServer, whole } from './wire.ts'

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`

function transportTo(origin: OrgUrl, options: TransportOptions = {}) {
  return createTransport({ loopbackOrigins: new Set([origin]), ...options })
}

/** The code that a caller of core sees for a server that answers so. */
async function codeThroughCore(answer: Answer, options?: TransportOptions): Promise<unknown> {
  const { origin } = await startWireServer(answer)
  const org = new Org({
    url: origin,
    dev: true,
    credential: { kind: 'api-token', apiToken: new Secret(`00TEST${'0'.repeat(36)}`) },
    transport: transportTo(origin, options),
  })
  return codeOf(org.request({ path: '/api/v1/users', maxAttempts: 1 }))
}

describe('createTransport', () => {
  test('sends method, path, headers and body, and gives status, headers and body', async () => {
    const server = await startWireServer(whole('201 Created', { link: '<a>; rel="self"' }, 'made'))
    const answer = await readAll(transportTo(server.origin), {
      method: 'POST',
      url: `${server.origin}/api/v1/groups?limit=2#part`,
      headers: { authorization: 'SSWS TEST', 'content-type': 'application/json' },
      body: '{"é":1}',
    })
    expect(answer).toMatchObject({ status: 201, text: 'made' })
    expect(answer.headers.get('link')).toBe('<a>; rel="self"')
    const [received = ''] = server.received
    expect(received).toMatch(/^POST \/api\/v1\/groups\?limit=2 HTTP\/1\.1\r\n/)
    expect(received).toContain('authorization: SSWS TEST\r\n')
    expect(received).toContain('content-length: 8\r\n')
  })

  test('gives every value of a header that came more than once', async () => {
    const server = await startWireServer((socket) =>
      socket.write(
        `${HEAD}link: <a>; rel="self"\r\nlink: <b>; rel="next"\r\ncontent-length: 0\r\n\r\n`,
      ),
    )
    const { headers } = await readAll(transportTo(server.origin), { url: server.origin })
    expect(headers.get('Link')).toBe('<a>; rel="self", <b>; rel="next"')
    expect([...headers].map(([name]) => name)).toEqual(['content-type', 'link', 'content-length'])
  })

  test('gives no header that did not come, whatever its name', async () => {
    const server = await startWireServer(whole('200 OK', {}))
    const { headers } = await readAll(transportTo(server.origin), { url: server.origin })
    for (const name of ['link', '__proto__', 'constructor', 'toString']) {
      expect([headers.get(name), headers.has(name)]).toEqual([null, false])
    }
  })

  test('uses one connection for requests that follow each other', async () => {
    const server = await startWireServer(whole('200 OK', {}, 'x'))
    const transport = transportTo(server.origin)
    for (let request = 0; request < 5; request++) await readAll(transport, { url: server.origin })
    expect(server.received).toHaveLength(1)
  })

  test.each([
    ['a HEAD request', 'HEAD', '200 OK', { 'content-length': '100', 'content-encoding': 'gzip' }],
    ['a 204', 'DELETE', '204 No Content', { 'content-length': '0' }],
    ['a 304', 'GET', '304 Not Modified', { 'content-length': '0' }],
  ])('the answer to %s has no body', async (_, method, status, headers) => {
    const server = await startWireServer(whole(status, headers))
    const answer = await transportTo(server.origin)({ method, url: server.origin, headers: {} })
    expect(answer.body).toBeNull()
  })

  test('a redirect is an answer and is not followed', async () => {
    const elsewhere = await startWireServer(whole('200 OK', {}))
    const server = await startWireServer(
      whole('307 Temporary Redirect', { location: `${elsewhere.origin}/` }),
    )
    const transport = createTransport({
      loopbackOrigins: new Set([server.origin, elsewhere.origin]),
    })
    expect(await readAll(transport, { url: server.origin })).toMatchObject({ status: 307 })
    expect(elsewhere.received).toEqual([])
  })

  test('words on the way to the answer are passed over', async () => {
    const server = await startWireServer((socket) =>
      socket.write(
        `HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n${HEAD}content-length: 2\r\n\r\n[]`,
      ),
    )
    expect(await readAll(transportTo(server.origin), { url: server.origin })).toMatchObject({
      status: 200,
      text: '[]',
    })
  })
})

describe('an answer that is no answer', () => {
  test.each<[string, string, (socket: Parameters<Answer>[0]) => void]>([
    [
      'cut short of its content-length',
      'upstream_connection_lost',
      (socket) => socket.end(`${HEAD}content-length: 100\r\n\r\n[{"id":1}`),
    ],
    [
      'cut short of its last chunk',
      'upstream_connection_lost',
      (socket) => socket.end(`${CHUNKED}4\r\n[{}]\r\n`),
    ],
    [
      'cut inside a chunk',
      'upstream_connection_lost',
      (socket) => socket.end(`${CHUNKED}40\r\n[{}]`),
    ],
    [
      'cut inside its headers',
      'upstream_connection_lost',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nconte'),
    ],
    [
      'cut inside a chunk, of a server that said it would close',
      'upstream_connection_lost',
      (socket) =>
        socket.end(`${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n40\r\n[{}]`),
    ],
    [
      'cut short, of a server that said it would close',
      'upstream_connection_lost',
      (socket) => socket.end(`${HEAD}connection: close\r\ncontent-length: 100\r\n\r\n[`),
    ],
    [
      'with a header that has no name',
      'upstream_bad_response',
      (socket) => socket.write(`${HEAD}: x\r\ncontent-length: 2\r\n\r\n[]`),
    ],
    ['never begun', 'upstream_connection_lost', (socket) => socket.end()],
    [
      'reset in its body',
      'upstream_connection_lost',
      (socket) =>
        socket.write(`${HEAD}content-length: 100\r\n\r\n[`, () => socket.resetAndDestroy()),
    ],
    ['not HTTP', 'upstream_bad_response', (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n')],
    [
      'HTTP with a chunk of no number',
      'upstream_bad_response',
      (socket) => socket.write(`${CHUNKED}zz\r\n[]\r\n0\r\n\r\n`),
    ],
    [
      'HTTP with two lengths',
      'upstream_connection_lost',
      (socket) => socket.write(`${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\n[]`),
    ],
    [
      'HTTP with a length and chunks',
      'upstream_connection_lost',
      (socket) =>
        socket.write(
          `${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n`,
        ),
    ],
    [
      'headers beyond the limit',
      'upstream_bad_response',
      (socket) => socket.write(`${HEAD}x: ${'y'.repeat(70_000)}\r\ncontent-length: 2\r\n\r\n[]`),
    ],
    [
      'a switch to another protocol',
      'upstream_connection_lost',
      (socket) =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
        ),
    ],
  ])('%s ends in %s', async (_, code, answer) => {
    expect(await codeThroughCore(answer)).toBe(code)
  })

  test('an answer to nobody is not taken for the answer to the next request', async () => {
    const server = await startWireServer((socket, number) => {
      const answer = (text: string) => `${HEAD}content-length: 5\r\n\r\n${text}`
      socket.write(number === 0 ? answer('first') + answer('false') : answer('other'))
    })
    const transport = transportTo(server.origin)
    expect(await readAll(transport, { url: server.origin })).toMatchObject({ text: 'first' })
    expect(await readAll(transport, { url: server.origin })).toMatchObject({ text: 'other' })
  })
})

describe('time', () => {
  test('no answer ends in upstream_timeout', async () => {
    expect(await codeThroughCore(() => undefined, { headersTimeoutMs: 50 })).toBe(
      'upstream_timeout',
    )
  })

  test('headers that never end are no answer either', async () => {
    const drip: Answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nx: ')
    expect(await codeThroughCore(drip, { headersTimeoutMs: 50 })).toBe('upstream_timeout')
  })

  test('a body that pauses too long ends in upstream_timeout', async () => {
    const pause: Answer = (socket) => socket.write(`${HEAD}content-length: 100\r\n\r\n[`)
    expect(await codeThroughCore(pause, { pauseTimeoutMs: 50 })).toBe('upstream_timeout')
  })

  test('a connection that does not come about ends in upstream_timeout', async () => {
    // A name server that does not answer holds the connection up as a silent host does.
    const origin = 'https://acme.okta.com' as OrgUrl
    const transport = createTransport({
      connectTimeoutMs: 50,
      resolve: () => new Promise(() => undefined),
    })
    await expect(readAll(transport, { url: origin })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })
})

describe('an abort', () => {
  test('before the request sends nothing', async () => {
    const server = await startWireServer(whole('200 OK', {}))
    const reason = new Error('enough')
    const request = { url: server.origin, signal: AbortSignal.abort(reason) }
    await expect(readAll(transportTo(server.origin), request)).rejects.toBe(reason)
    expect(server.received).toEqual([])
  })

  test('while the answer is awaited rejects with its reason and closes the connection', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const closed = Promise.withResolvers<void>()
    const server = await startWireServer((socket) => {
      socket.on('close', closed.resolve)
      abort.abort(reason)
    })
    const request = { url: server.origin, signal: abort.signal }
    await expect(readAll(transportTo(server.origin), request)).rejects.toBe(reason)
    await closed.promise
  })

  test('while the body is read rejects the reader with its reason', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const server = await startWireServer((socket) =>
      socket.write(`${HEAD}content-length: 9\r\n\r\n[`),
    )
    const answer = await transportTo(server.origin)({
      method: 'GET',
      url: server.origin,
      headers: {},
      signal: abort.signal,
    })
    const chunks = answer.body?.[Symbol.asyncIterator]()
    expect((await chunks?.next())?.value).toEqual(Buffer.from('['))
    const next = chunks?.next()
    abort.abort(reason)
    await expect(next).rejects.toBe(reason)
  })

  test('of one request leaves the others alone', async () => {
    const abort = new AbortController()
    const waiting: (() => void)[] = []
    const server = await startWireServer((socket, number) => {
      waiting.push(() => whole('200 OK', {}, 'x')(socket, number))
      if (waiting.length === 2) abort.abort()
    })
    const transport = transportTo(server.origin)
    const stopped = readAll(transport, { url: server.origin, signal: abort.signal })
    const other = readAll(transport, { url: server.origin })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    for (const answer of waiting) answer()
    expect(await other).toMatchObject({ text: 'x' })
  })
})

describe('a body', () => {
  test('that is not wanted any more closes its connection', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await startWireServer((socket) => {
      socket.on('close', closed.resolve)
      socket.write(`${HEAD}content-length: 1000\r\n\r\n[`)
    })
    const { body } = await transportTo(server.origin)({
      method: 'GET',
      url: server.origin,
      headers: {},
    })
    for await (const _ of body ?? []) break
    await closed.promise
  })

  test.each([{}, { 'content-encoding': 'gzip' }])(
    'that is not even begun, of %j, closes its connection when it is told to',
    async (headers) => {
      const closed = Promise.withResolvers<void>()
      const server = await startWireServer((socket, number) => {
        socket.on('close', closed.resolve)
        whole('200 OK', { ...headers, 'content-length': '1000' }, '[')(socket, number)
      })
      const transport = transportTo(server.origin)
      const { body } = await transport({ method: 'GET', url: server.origin, headers: {} })
      await body?.[Symbol.asyncIterator]().return?.()
      await closed.promise
    },
  )

  test('that nobody reads is held back', async () => {
    const pieces = 128
    let flushed = 0
    const server = await startWireServer((socket, number) => {
      if (number > 0) return whole('200 OK', {})(socket, number)
      socket.write(`${HEAD}content-length: ${pieces * 2 ** 20}\r\n\r\n`)
      const piece = Buffer.alloc(2 ** 20)
      for (let sent = 0; sent < pieces; sent++) socket.write(piece, () => flushed++)
    })
    const transport = transportTo(server.origin, { maxBodyBytes: pieces * 2 ** 20 })
    const { body } = await transport({ method: 'GET', url: server.origin, headers: {} })
    // Other requests are the time in which it would arrive.
    for (let turn = 0; turn < 500; turn++) await readAll(transport, { url: server.origin })
    expect(flushed).toBeLessThan(pieces / 2)
    let length = 0
    for await (const chunk of body ?? []) length += chunk.byteLength
    expect(length).toBe(pieces * 2 ** 20)
  })

  test('is refused as soon as it is larger than the limit', async () => {
    const endless: Answer = (socket) => {
      socket.write(CHUNKED)
      const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
      const more = () => {
        while (!socket.destroyed && socket.write(piece));
      }
      socket.on('drain', more)
      more()
    }
    const server = await startWireServer(endless)
    const transport = transportTo(server.origin, { maxBodyBytes: 1_000_000 })
    expect(await codeOf(readAll(transport, { url: server.origin }))).toBe(
      'upstream_response_too_large',
    )
  })
})

describe('what a transport rejects with', () => {
  test('has the platform’s code, and nothing of the request or the answer', async () => {
    const server = await startWireServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nSECRET'),
    )
    const error = await readAll(transportTo(server.origin), {
      url: `${server.origin}/?token=SECRET`,
      headers: { authorization: 'SSWS SECRET' },
    }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(Object.keys(error as Error).sort()).toEqual(['code', 'name'])
    expect((error as Error).cause).toBeUndefined()
    expect(String(error)).not.toContain('SECRET')
  })
})

describe('the corpus of HTTP answers', () => {
  const transportCases = ['http-007', 'http-008', 'http-009', 'http-010', 'http-011']
  const cases = loadCases().filter(({ id }) => transportCases.includes(id))

  test.each(cases.map((each) => [each.id, each.title, each] as const))(
    '%s: %s',
    async (_, __, each) => {
      const [answer] = responseOf(each.input)
      const code = await codeThroughCore(
        (socket) => {
          if (!answer || answer.delayMs > 0) return
          const headers = answer.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
          const head = `HTTP/1.1 ${answer.status} X\r\n${headers}`
          if (answer.cut) {
            const piece = answer.body.subarray(0, 10)
            socket.write(`${head}\r\n${piece.length.toString(16)}\r\n${piece}\r\n`, () =>
              socket.resetAndDestroy(),
            )
          } else {
            socket.write(`${head}content-length: ${answer.body.length}\r\n\r\n${answer.body}`)
          }
        },
        { headersTimeoutMs: 50 },
      )
      expect(code).toBe(each.expect.code)
    },
  )
})
