/** @module How the app answers: problems, what is wrong with a request, JSON lines. */

import { z } from '@hono/zod-openapi'
import { PosternError } from '@postern/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import type { Api } from '../../src/server/api.ts'
import type { Store } from '../../src/store/store.ts'
import { openEmbedded, serveApp } from './served-app.ts'

let opened: TestStore
let store: Store

beforeAll(async () => {
  opened = await openEmbedded()
  store = opened.store
})
afterAll(() => opened.close())

test('a body that nobody reads, as that of an answer to HEAD, is given up', async () => {
  let isGivenUp = false
  const cancel = () => {
    isGivenUp = true
  }
  const addRoutes = (api: Api) =>
    api.add(
      {
        method: 'get',
        path: '/streamed',
        operationId: 'streamed',
        tag: 'test',
        summary: 'Streams.',
        access: 'any-key',
        answer: z.string(),
      },
      () => new Response(new ReadableStream({ cancel })),
    )
  const { send } = await serveApp({ store, app: { addRoutes } })
  expect((await send('HEAD', '/streamed')).status).toBe(200)
  expect(isGivenUp).toBe(true)
})

describe('a request that is refused', () => {
  test('is answered with a problem that has a code, a remedy and the id of the request', async () => {
    const { send } = await serveApp({ store })
    const { status, headers, json } = await send('GET', '/v1/nothing')
    expect(status).toBe(404)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(json).toEqual({
      type: 'urn:postern:problem:route_not_found',
      title: 'Route not found',
      status: 404,
      detail: expect.any(String),
      code: 'route_not_found',
      remedy: expect.any(String),
      requestId: headers.get('x-request-id'),
    })
  })

  test.each([
    ['GET', '/v1/connections/a%00b', undefined],
    ['GET', '/v1/audit?actor=%00', undefined],
    ['POST', '/v1/access-keys', { name: 'a\0b', rules: [{ connections: ['x'], verbs: ['read'] }] }],
    ['POST', '/v1/access-keys', { name: 'ab', rules: [{ connections: ['\0'], verbs: ['read'] }] }],
  ])('is refused for a character that no database keeps: %s %s %j', async (method, path, body) => {
    const { send } = await serveApp({ store })
    const { status, json } = await send(method, path, { body })
    expect([status, json?.['code']]).toEqual([400, 'request_invalid'])
  })

  test('takes no request id from outside', async () => {
    const { send } = await serveApp({ store })
    const given = { 'x-request-id': 'mine' }
    const { headers } = await send('GET', '/v1/access-keys', { headers: given })
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('lists everything that is wrong with it, and no value', async () => {
    const { send } = await serveApp({ store, app: { addRoutes: addEcho } })
    const body = {
      name: 'value-of-name',
      list: [{ size: 'value-of-size' }],
      other: 'value-of-other',
    }
    const { status, json, text } = await send('POST', '/echo/value-of-id?limit=value-of-limit', {
      body,
    })
    expect(status).toBe(400)
    expect(json).toMatchObject({ code: 'request_invalid' })
    const problems = json?.['problems'] as { in: string; path: string }[]
    expect(problems.map(({ in: where, path }) => `${where} ${path}`)).toEqual([
      'path id',
      'query limit',
      'body name',
      'body list[0].size',
      'body other',
    ])
    expect(text).not.toContain('value-of')
  })
})

describe('the character NUL, which no store keeps,', () => {
  test('is refused in each part of a request, with the place where it is', async () => {
    const { send } = await serveApp({ store })
    const body = {
      name: 'pay\0roll',
      rules: [{ connections: ['a\0cme'], verbs: ['read'], 'a\0': 1 }],
    }
    const named = await send('POST', '/v1/access-keys', { body })
    expect([named.status, named.json?.['code']]).toEqual([400, 'request_invalid'])
    expect(named.json?.['problems']).toEqual(
      expect.arrayContaining([
        { in: 'body', path: 'name', message: 'has the character NUL' },
        { in: 'body', path: 'rules[0]', message: 'has a member with the character NUL' },
        { in: 'body', path: 'rules[0].connections[0]', message: 'has the character NUL' },
      ]),
    )
    for (const [method, path, at] of [
      ['GET', '/v1/connections/a%00b', 'path name'],
      ['DELETE', '/v1/domains/a%00b', 'path host'],
      ['GET', '/v1/audit?connection=a%00b', 'query connection'],
    ] as const) {
      const { status, json } = await send(method, path)
      expect([path, status]).toEqual([path, 400])
      const problems = json?.['problems'] as { in: string; path: string }[]
      expect(problems.map(({ in: where, path }) => `${where} ${path}`)).toContain(at)
    }
  })
})

describe('a body that is nested deeper than calls can be', () => {
  test('is refused with the place where it becomes too deep', async () => {
    const { send } = await serveApp({ store })
    const deep = `${'{"a":'.repeat(30_000)}"b"${'}'.repeat(30_000)}`
    const { status, json } = await send('PATCH', '/v1/connections/acme', {
      body: `{"jwtClaims":${deep}}`,
      headers: { 'content-type': 'application/json' },
    })
    expect([status, json?.['code']]).toEqual([400, 'request_invalid'])
    expect(json?.['problems']).toEqual([
      {
        in: 'body',
        path: `jwtClaims${'.a'.repeat(63)}`,
        message: 'has values nested more than 64 deep',
      },
    ])
  })
})

describe('an error that nobody planned', () => {
  test('is told as server_failed without its text, which goes to the log', async () => {
    const served = await serveApp({ store, app: { addRoutes: addEcho } })
    const { status, text, json } = await served.send('GET', '/unplanned')
    expect(status).toBe(500)
    expect(json).toMatchObject({ code: 'server_failed' })
    expect(text).not.toContain('quoted')
    expect(served.logged).toContainEqual(
      expect.objectContaining({ requestId: json?.['requestId'], err: expect.anything() }),
    )
  })
})

describe('a caller that is gone before there is an answer', () => {
  test('is no failure of the server', async () => {
    const addRoutes = (api: Api) =>
      api.add(
        {
          method: 'get',
          path: '/left',
          operationId: 'left',
          tag: 'test',
          summary: 'Ends as what waits for an org ends.',
          access: 'any-key',
        },
        () => AbortSignal.abort().throwIfAborted(),
      )
    const served = await serveApp({ store, app: { addRoutes } })
    const { status, json } = await served.send('GET', '/left')
    expect([status, json?.['code']]).toEqual([499, 'request_abandoned'])
    expect(served.logged).not.toContainEqual(expect.objectContaining({ msg: 'failed' }))
  })
})

describe('a disk that is full while the server runs', () => {
  test('is told as store_disk_full, with what to do', async () => {
    // The very code and way in which both kinds of database say that they cannot extend a file.
    const raise = sql`do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`
    const addRoutes = (api: Api) =>
      api.add(
        {
          method: 'post',
          path: '/full',
          operationId: 'full',
          tag: 'test',
          summary: 'Writes what does not fit.',
          access: 'any-key',
        },
        async () => void (await raise.execute(store.db)),
      )
    const { send } = await serveApp({ store, app: { addRoutes } })
    const { status, json } = await send('POST', '/full')
    expect([status, json?.['code']]).toEqual([503, 'store_disk_full'])
  })
})

describe('a route that takes long', () => {
  test('answers with JSON', async () => {
    const { send } = await serveApp({ store, app: { addRoutes: addEcho } })
    const { status, json } = await send('POST', '/long', { body: { fail: false } })
    expect([status, json]).toEqual([200, { done: true }])
  })

  test('answers a caller that accepts JSON lines with a line for each step and the result last', async () => {
    const { send } = await serveApp({ store, app: { addRoutes: addEcho } })
    const headers = { accept: 'application/jsonl' }
    const { status, lines } = await send('POST', '/long', { body: { fail: false }, headers })
    expect([status, lines]).toEqual([
      200,
      [{ event: { step: 1 } }, { event: { step: 2 } }, { result: { done: true } }],
    ])
  })

  test('ends the lines with the problem where it fails on the way', async () => {
    const { send } = await serveApp({ store, app: { addRoutes: addEcho } })
    const headers = { accept: 'application/jsonl' }
    const { lines } = await send('POST', '/long', { body: { fail: true }, headers })
    expect(lines).toEqual([
      { event: { step: 1 } },
      { problem: expect.objectContaining({ code: 'request_refused_here' }) },
    ])
  })

  test('answers a failure before the first line with its status', async () => {
    const { send } = await serveApp({ store, app: { addRoutes: addEcho } })
    const headers = { accept: 'application/jsonl' }
    const { status, json } = await send('POST', '/long', { body: {}, headers })
    expect([status, json?.['code']]).toEqual([400, 'request_invalid'])
  })
})

function addEcho(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/echo/{id}',
      operationId: 'echo',
      tag: 'test',
      summary: 'Takes all kinds of parts.',
      access: 'any-key',
      params: z.object({ id: z.uuid() }),
      query: z.object({ limit: z.coerce.number().int() }),
      body: z.strictObject({
        name: z.enum(['one']),
        list: z.array(z.object({ size: z.number() })),
      }),
      answer: z.object({ id: z.string() }),
    },
    ({ params }) => ({ id: params.id }),
  )
  api.add(
    {
      method: 'get',
      path: '/unplanned',
      operationId: 'unplanned',
      tag: 'test',
      summary: 'Fails.',
      access: 'any-key',
    },
    () => {
      throw new Error('quoted')
    },
  )
  api.add(
    {
      method: 'post',
      path: '/long',
      operationId: 'long',
      tag: 'test',
      summary: 'Tells two steps.',
      access: 'any-key',
      body: z.object({ fail: z.boolean() }),
      event: z.object({ step: z.number() }),
      answer: z.object({ done: z.boolean() }),
    },
    async ({ body, tell }) => {
      tell({ step: 1 })
      if (body.fail)
        throw new PosternError('request_refused_here', 'It is refused.', { remedy: 'Stop.' })
      await Promise.resolve()
      tell({ step: 2 })
      return { done: true }
    },
  )
}
