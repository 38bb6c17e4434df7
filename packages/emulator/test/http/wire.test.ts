import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningOrg, startOrg } from '../../src/index.ts'
import { exchange, type RawAnswer, request, valuesOf } from './wire.ts'

let running: RunningOrg
let authorization: string
beforeAll(async () => {
  running = await startOrg({ users: 3, keyType: 'EC', edition: 'unlimited' })
  authorization = `Authorization: SSWS ${running.adminToken}`
})
afterAll(async () => {
  expect(running.unexpected).toEqual([])
  await running.close()
})

// What depends on the connection, on the account that was recorded, or is a policy of browsers beside another.
const NOT_COMPARED = [
  'connection',
  'transfer-encoding',
  'content-security-policy-report-only',
  'link',
]

/** The names of the headers of a recorded answer, in lower case. */
function recordedNames(name: string): readonly string[] {
  const text = readFileSync(new URL(`../recordings/${name}.json`, import.meta.url), 'utf8')
  const { response } = JSON.parse(text)
  return namesOf(Object.keys(response.headers))
}

function namesOf(names: readonly string[]): readonly string[] {
  const lower = new Set(names.map((name) => name.toLowerCase()))
  return [...lower].filter((name) => !NOT_COMPARED.includes(name)).toSorted()
}

function headerNames({ lines }: RawAnswer): readonly string[] {
  return namesOf(lines.map(([name]) => name))
}

const get = (path: string, ...headers: string[]) =>
  request(running.url, `GET ${path}`, [authorization, ...headers])

describe('headers on the wire', () => {
  test('each relation of a list has a Link line of its own', async () => {
    const answer = await get('/api/v1/users?limit=1')
    const [self, next] = valuesOf(answer, 'link')
    expect(self).toBe(`<${running.url}/api/v1/users?limit=1>; rel="self"`)
    expect(next).toMatch(
      /^<http:\/\/127\.0\.0\.1:\d+\/api\/v1\/users\?after=\w+&limit=1>; rel="next"$/,
    )
    expect(valuesOf(answer, 'link').length).toBe(2)
    expect(valuesOf(answer, 'set-cookie').length).toBe(5)
  })

  test('names are written as Okta writes them', async () => {
    const names = (await get('/api/v1/users?limit=1')).lines.map(([name]) => name)
    expect(names).toEqual(
      expect.arrayContaining(['Link', 'x-rate-limit-limit', 'x-okta-request-id']),
    )
  })

  test('a list of 200 has the headers of a recorded one', async () => {
    const answer = await get('/api/v1/users?limit=1', 'Accept-Encoding: gzip')
    expect(headerNames(answer)).toEqual(recordedNames('users-01-list-limit1-self-and-next'))
  })

  test('204 has the headers of a recorded one, and no body', async () => {
    const group = await fetch(`${running.url}/api/v1/groups`, {
      method: 'POST',
      headers: { authorization: `SSWS ${running.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ profile: { name: 'Wire' } }),
    })
    const { id } = (await group.json()) as { id: string }
    const [user] = [...running.org.users]
    const answer = await request(running.url, `PUT /api/v1/groups/${id}/users/${user?.id}`, [
      authorization,
      'Content-Length: 0',
    ])
    expect(answer.status).toBe(204)
    expect(headerNames(answer)).toEqual(recordedNames('groups-05-member-add-204'))
    expect(answer.body).toBe('')
  })

  test('405 has the few headers of the gateway', async () => {
    const answer = await request(running.url, 'DELETE /api/v1/users', [authorization])
    expect(answer.status).toBe(405)
    expect(headerNames(answer)).toEqual(recordedNames('errors-405-E0000022'))
    expect(answer.body).toContain('"errorCode":"E0000022"')
  })

  test('an unknown path is 404 of the gateway: JSON without a code, and no rate-limit headers', async () => {
    const answer = await get('/api/v1/nothing-here')
    expect(answer.status).toBe(404)
    expect(answer.body).toContain('{"status":404,"message":"Resource not found"}\n')
    expect(headerNames(answer)).not.toContain('x-rate-limit-limit')
    expect(headerNames(answer)).not.toContain('x-okta-request-id')
  })

  test('429 has the headers of a recorded one, and no Retry-After', async () => {
    running.faults.on('rate-limited')
    const answer = await get('/api/v1/users')
    running.faults.off('rate-limited')
    expect(answer.status).toBe(429)
    expect(headerNames(answer)).toEqual(recordedNames('errors-429-E0000047-per-token'))
  })

  test('a connection is kept alive without a Keep-Alive line', async () => {
    const host = new URL(running.url).host
    const first = `GET /api/v1/users?limit=1 HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\n\r\n`
    const last = first.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
    const text = await exchange(running.url, first + last)
    expect(text.match(/HTTP\/1\.1 200/g)?.length).toBe(2)
    expect(text.match(/Connection: keep-alive/g)?.length).toBe(1)
    expect(text).not.toMatch(/^Keep-Alive:/im)
  })
})

describe('bodies on the wire', () => {
  test('are chunked, without a length', async () => {
    const answer = await get('/api/v1/users?limit=1')
    expect(valuesOf(answer, 'transfer-encoding')).toEqual(['chunked'])
    expect(valuesOf(answer, 'content-length')).toEqual([])
  })

  test.each([
    [200, 'GET', '/api/v1/users?limit=1'],
    [404, 'GET', '/api/v1/users/00u0000000000000000'],
  ])('are compressed with %i for who accepts gzip', async (status, method, path) => {
    const answer = await request(running.url, `${method} ${path}`, [
      authorization,
      'Accept-Encoding: gzip, deflate',
    ])
    expect(answer.status).toBe(status)
    expect(valuesOf(answer, 'content-encoding')).toEqual(['gzip'])
    expect(valuesOf(answer, 'vary')).toEqual(['Accept-Encoding'])
    expect(gunzipSync(dechunk(answer.body)).toString()).toMatch(/^[[{]/)
  })

  test('are not compressed with 400, nor for who does not accept it', async () => {
    const refused = await get('/api/v1/users?limit=x', 'Accept-Encoding: gzip')
    expect([refused.status, valuesOf(refused, 'content-encoding')]).toEqual([400, []])
    const plain = await get('/api/v1/users?limit=1')
    expect([plain.status, valuesOf(plain, 'content-encoding')]).toEqual([200, []])
  })

  test('of more than 1 MiB are refused with 413', async () => {
    const body = 'x'.repeat(1_048_577)
    const answer = await request(
      running.url,
      'POST /api/v1/users',
      [authorization, 'Content-Type: application/json', `Content-Length: ${body.length}`],
      body,
    )
    expect([answer.status, valuesOf(answer, 'server')]).toEqual([413, ['nginx']])
  })
})

describe('request lines', () => {
  test('HEAD has an answer without a body', async () => {
    const answer = await request(running.url, 'HEAD /api/v1/users', [authorization])
    expect([answer.status, answer.body]).toEqual([405, ''])
  })

  test('OPTIONS is a method that no endpoint has', async () => {
    expect((await request(running.url, 'OPTIONS /api/v1/users', [authorization])).status).toBe(405)
    expect((await request(running.url, 'OPTIONS *')).status).toBe(400)
  })

  test('a whole URL is taken as the path in it', async () => {
    const whole = `${running.url}/api/v1/users?limit=1`
    const answer = await request(running.url, `GET ${whole}`, [authorization])
    expect([answer.status, valuesOf(answer, 'link')[0]]).toEqual([200, `<${whole}>; rel="self"`])
  })

  test.each([
    ['/api/v1/users/%', 404],
    ['/api/v1/users/%zz', 404],
    ['/api/v1/users/%ff%fe', 404],
    ['/%', 404],
  ])('a path that cannot be decoded, %s, is %i', async (path, status) => {
    expect((await get(path)).status).toBe(status)
  })

  test('a body of another type than JSON is E0000019, without rate-limit headers', async () => {
    const answer = await request(
      running.url,
      'POST /api/v1/users',
      [authorization, 'Content-Type: text/plain', 'Content-Length: 2'],
      '{}',
    )
    expect(answer.body).toContain('"errorCode":"E0000019"')
    expect(headerNames(answer).filter((name) => name.startsWith('x-rate-limit'))).toEqual([])
    expect(headerNames(answer)).toContain('x-okta-request-id')
  })

  test('a Host that is none is 400 of the gateway', async () => {
    const answer = await request(running.url, 'GET /api/v1/users', ['Host: a b/<c>'])
    expect(answer.status).toBe(400)
  })

  test('who sends slowly, or goes away, keeps nobody waiting', async () => {
    const { port } = new URL(running.url)
    const slow = connect(Number(port), '127.0.0.1')
    slow.on('error', () => undefined)
    slow.write('POST /api/v1/users HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"pro')
    expect((await get('/api/v1/users?limit=1')).status).toBe(200)
    slow.destroy()
    expect((await get('/api/v1/users?limit=1')).status).toBe(200)
  })
})

function dechunk(body: string): Buffer {
  const chunks: Buffer[] = []
  let rest = body
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.slice(0, end), 16)
    if (!(size > 0)) return Buffer.concat(chunks)
    chunks.push(Buffer.from(rest.slice(end + 2, end + 2 + size), 'latin1'))
    rest = rest.slice(end + 4 + size)
  }
}
