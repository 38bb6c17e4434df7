/** @module How much one caller may ask, and how large. */

import { z } from '@hono/zod-openapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import type { Api } from '../../src/server/api.ts'
import { countedAddress, defaultLimits, Limits } from '../../src/server/limits.ts'
import { heldRoute } from './held-route.ts'
import { openEmbedded, serveApp } from './served-app.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const few = {
  ...defaultLimits,
  requests: { burst: 3, perSecond: 1 },
  failures: { burst: 2, perSecond: 1 },
  concurrent: 2,
}
const strange = 'postern_0123456789abcdef_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'

describe('the rate of a caller', () => {
  test('is limited, with the time after which it is worth asking again', async () => {
    const { send, clock } = await serveApp({ store: opened.store, app: { limits: few } })
    const statuses = async (count: number) => {
      const answers = []
      for (let sent = 0; sent < count; sent++) answers.push(await send('GET', '/v1/access-keys'))
      return answers
    }
    const answers = await statuses(4)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers[3]?.headers.get('retry-after')).toBe('1')
    expect(answers[3]?.json).toMatchObject({ code: 'request_too_many' })
    clock.advance(1_000)
    expect((await statuses(2)).map(({ status }) => status)).toEqual([200, 429])
  })

  test('counts keys that are no good apart, and lets good ones of the same address through', async () => {
    const limits = { ...few, requests: defaultLimits.requests }
    const { send, clock } = await serveApp({ store: opened.store, app: { limits } })
    const wrong = () => send('GET', '/v1/access-keys', { key: strange })
    const statuses = [(await wrong()).status, (await wrong()).status, (await wrong()).status]
    expect(statuses).toEqual([401, 401, 429])
    expect((await send('GET', '/v1/access-keys')).status).toBe(200)
    clock.advance(1_000)
    expect((await wrong()).status).toBe(401)
  })

  test('is that of one caller, and the memory for callers is bounded', () => {
    const limits = new Limits({ clock: new TestClock(), limits: few })
    for (let caller = 0; caller < 30_000; caller++) limits.begin(`caller ${caller}`)()
    for (let count = 0; count < 2; count++) limits.begin('caller 29999')()
    expect(() => limits.begin('caller 29999')).toThrow(/rate/)
    limits.begin('caller 0')
  })
})

describe('requests at the same time', () => {
  test('are limited for one access key, and counted until they are answered', async () => {
    const held = heldRoute()
    const limits = { ...defaultLimits, concurrent: 2 }
    const { send } = await serveApp({
      store: opened.store,
      app: { addRoutes: held.addRoutes, limits },
    })
    const running = [send('GET', '/held'), send('GET', '/held')]
    await held.arrived(2)
    const refused = await send('GET', '/held')
    expect([refused.status, refused.json?.['code']]).toEqual([429, 'request_too_many'])
    held.release()
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200])
    const next = send('GET', '/held')
    await held.arrived(3)
    held.release()
    expect((await next).status).toBe(200)
  })
})

test('requests of a costly route are limited for one access key, and others are not', async () => {
  const held = heldRoute(1)
  const { send, keys } = await serveApp({
    store: opened.store,
    app: { addRoutes: held.addRoutes },
    keys: { reader: [{ connections: ['*'], verbs: ['read'] }] },
  })
  const running = [send('GET', '/held'), send('GET', '/held', { key: keys.reader })]
  await held.arrived(2)
  expect((await send('GET', '/held')).json).toMatchObject({ status: 429 })
  held.release()
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200])
})

describe('a body', () => {
  const addRoutes = (api: Api) =>
    api.add(
      {
        method: 'post',
        path: '/sized',
        operationId: 'sized',
        tag: 'test',
        summary: 'Takes a body.',
        access: 'any-key',
        body: z.object({ text: z.string() }),
        maxBodyBytes: 1_000,
      },
      () => undefined,
    )
  const bodyOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes - 11) })

  test.each([
    [1_000, 204],
    [1_001, 413],
  ])('of %i bytes, where 1000 are taken, is answered with %i', async (bytes, expected) => {
    const { send } = await serveApp({ store: opened.store, app: { addRoutes } })
    expect((await send('POST', '/sized', { body: bodyOf(bytes) })).status).toBe(expected)
  })

  test('without a length is read no further than its limit', async () => {
    const { url, keys } = await serveApp({
      store: opened.store,
      app: { addRoutes },
      keys: { reader: [{ connections: ['*'], verbs: ['read'] }] },
    })
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1
        controller.enqueue(Buffer.alloc(10_000, 'x'))
      },
    })
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.reader}`, 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    }
    const response = await fetch(`${url}/sized`, init).catch(() => undefined)
    expect([413, undefined]).toContain(response?.status)
    expect(sent).toBeLessThan(1_000)
  })

  test.each([
    ['no JSON', { body: '{"text":' }, 400, 'request_malformed'],
    [
      'a form',
      { body: 'text=1', headers: { 'content-type': 'text/plain' } },
      415,
      'request_media_type',
    ],
    [
      'packed',
      { body: bodyOf(20), headers: { 'content-encoding': 'gzip' } },
      415,
      'request_media_type',
    ],
  ])('that is %s is refused', async (_what, sent, status, code) => {
    const { send } = await serveApp({ store: opened.store, app: { addRoutes } })
    const answer = await send('POST', '/sized', sent)
    expect([answer.status, answer.json?.['code']]).toEqual([status, code])
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('the address %s counts as %s', (address, counted) => {
  expect(countedAddress(address)).toBe(counted)
})
