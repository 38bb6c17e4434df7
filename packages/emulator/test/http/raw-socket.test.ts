import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type RunningOrg, startOrg } from '../../src/index.ts'
import { request } from './wire.ts'

let running: RunningOrg
let authorization: string
beforeAll(async () => {
  running = await startOrg({ users: 5, keyType: 'EC', edition: 'unlimited' })
  authorization = `Authorization: SSWS ${running.adminToken}`
})
afterAll(async () => {
  expect(running.unexpected).toEqual([])
  await running.close()
})

const HANG_MS = 2_000

/** Writes pieces, ends, and gives what came back; undefined where the other side never ended. */
function send(origin: string, pieces: readonly string[]): Promise<string | undefined> {
  const { port, hostname } = new URL(origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    const chunks: Buffer[] = []
    socket.setTimeout(HANG_MS, () => {
      resolve(undefined)
      socket.destroy()
    })
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server may reset a connection on which bytes come that it does not want.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    for (const piece of pieces) socket.write(piece, 'latin1')
    socket.end()
  })
}

const get = (...headers: string[]) =>
  request(running.url, 'GET /api/v1/users?limit=1', [authorization, ...headers])

const repeat = (text: string) => text.repeat(20_000)
const line = fc.constantFrom(
  'GET /api/v1/users HTTP/1.1\r\n',
  'POST /api/v1/groups HTTP/1.1\r\n',
  'POST /oauth2/v1/token HTTP/1.0\r\n',
  'GET //..%2f%00;a=b HTTP/1.1\r\n',
  'GET * HTTP/1.1\r\n',
  'CONNECT a.example:443 HTTP/1.1\r\n',
  'TRACE / HTTP/1.1\r\n',
  'GET http://[::1/ HTTP/1.1\r\n',
  'GET /orgs HTTP/9.9\r\n',
  'Host: 127.0.0.1\r\n',
  'Host: localhost\r\nHost: evil.example\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: 2\r\nContent-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Content-Encoding: gzip\r\n',
  'Content-Type: application/json\r\n',
  'Expect: 100-continue\r\n',
  'Expect: the unexpected\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: h2c\r\n',
  ' folded: line\r\n',
  'no colon\r\n',
  '\r\n',
  '\n',
  '\0',
  '5\r\n{"a":\r\n0\r\n\r\n',
  'FFFFFFFFFFFFFFFF\r\n',
  '{"__proto__":{"limit":1}}',
)
const byte = fc.nat({ max: 255 }).map((code) => String.fromCharCode(code))
const bytes = fc.oneof(
  { weight: 6, arbitrary: line },
  { weight: 1, arbitrary: fc.string({ unit: byte, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('a', '\xff', '/', '%00', '&p=').map(repeat) },
)

describe('whatever bytes come', () => {
  test.each([['org'], ['control API']])(
    'the %s answers in HTTP or ends the connection, and goes on',
    async (which) => {
      const origin = which === 'org' ? running.url : new URL(running.control).origin
      await fc.assert(
        fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 12 }), async (pieces) => {
          const answer = await send(origin, pieces)
          expect(answer, 'hangs').toBeDefined()
          expect(answer).toMatch(/^(?:HTTP\/1\.1 [1-5]\d\d |$)/)
          expect(answer).not.toMatch(/\.ts:\d|\bat \w+ \(|HTTP\/1\.1 500/)
          expect(running.unexpected).toEqual([])
        }),
        { numRuns: 400, interruptAfterTimeLimit: 3_000 },
      )
      expect((await get()).status).toBe(200)
    },
  )
})

describe('a request that is none', () => {
  test.each([
    ['two Host lines', ['Host: 127.0.0.1', 'Host: acme.example'], 400],
    ['an empty Host', ['Host: '], 400],
    ['a Host of other characters', ['Host: a b<>'], 400],
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3'], 400],
    ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked'], 400],
    ['headers of more than 16 KB', [`X-Long: ${'a'.repeat(17_000)}`], 431],
  ])('with %s is refused', async (_what, headers, status) => {
    expect((await get(...headers)).status).toBe(status)
  })

  test('with 3,000 parameters and a search of 8 KB is answered as any other', async () => {
    const query = `${'a=1&'.repeat(3_000)}limit=1`
    const many = await request(running.url, `GET /api/v1/users?${query}`, [authorization])
    expect(many.status).toBe(200)
    const search = `search=profile.login+co+%22${'(a+)+$'.repeat(1_300)}%22`
    const long = await request(running.url, `GET /api/v1/users?${search}`, [authorization])
    expect(long.status).toBe(200)
  })
})

test('clients that go away in the middle of a slow body are not counted any more', async () => {
  const small = await startOrg({ users: 5, keyType: 'EC', edition: 'integrator' })
  onTestFinished(() => small.close())
  small.faults.on({ name: 'slow-body', parameters: { path: '/api/', waitMs: 60_000, times: 60 } })
  const { port } = new URL(small.url)
  const ask = `GET /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS ${small.adminToken}\r\n\r\n`
  small.limits.overrides.set('/api/v1/users', 1_000)
  for (let round = 0; round < 2; round++) {
    const sockets = Array.from({ length: 30 }, () => connect(Number(port), '127.0.0.1'))
    for (const socket of sockets) socket.write(ask)
    // Behind them all: the answer to a path that is none comes when they were read.
    await fetch(`${small.url}/nothing-here`).then((answer) => answer.text())
    await Promise.all(
      sockets.map((socket) => {
        socket.destroy()
        return once(socket, 'close')
      }),
    )
  }
  small.faults.clear()
  await expect
    .poll(
      async () =>
        (await request(small.url, 'GET /api/v1/users', [`Authorization: SSWS ${small.adminToken}`]))
          .status,
    )
    .toBe(200)
})

test('callers who ask once are not remembered for ever', async () => {
  let nowMs = Date.parse('2026-01-01T00:00:00.000Z')
  const org = await startOrg({ keyType: 'EC', clock: { now: () => new Date(nowMs) } })
  onTestFinished(() => org.close())
  for (let caller = 0; caller < 20_000; caller++) {
    nowMs += 100
    org.limits.count(`caller ${caller}`, 'other', nowMs)
  }
  expect(org.limits.size).toBeLessThan(5_000)
})
