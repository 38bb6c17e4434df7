/** @module What watches over Postern is told: that it lives, whether it works, and what it counts. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { testKeyLine, testKeySource } from '../../../../test/test-seal.ts'
import { MasterKeys } from '../../src/store/master-keys.ts'
import { openSeal, Seal } from '../../src/store/seal.ts'
import { openEmbedded, serveApp } from './served-app.ts'

const keyLine = testKeyLine()

describe.each(stores)('on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('it is ready where the store answers and the master key is at hand, and says no more to strangers', async () => {
    const served = await serve(opened)
    const health = await served.send('GET', '/healthz', { key: null })
    const ready = await served.send('GET', '/readyz', { key: null })
    expect([health.status, health.json]).toEqual([200, { status: 'alive' }])
    expect([ready.status, ready.json]).toEqual([200, { status: 'ready' }])
  })

  test('it is locked without the master key, and whoever has an access key is told why', async () => {
    const { store } = opened
    const seal = await openSeal(store, { source: undefined })
    const { send } = await serveApp({ store, services: { seal } })
    const ready = await send('GET', '/readyz', { key: null })
    expect([ready.status, ready.json]).toEqual([503, { status: 'locked' }])
    const { json } = await send('GET', '/v1/status')
    expect(json).toMatchObject({
      status: 'locked',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      locked: { reason: 'missing', remedy: expect.stringContaining('--master-key') },
    })
    expect((await send('GET', '/v1/status', { key: null })).status).toBe(401)
  })

  test('it is ready again as soon as the master key is back, whoever looks', async () => {
    const { store } = opened
    const env: { K?: string } = {}
    const clock = new TestClock()
    const seal = await openSeal(store, { source: testKeySource(env), clock })
    const { send } = await serveApp({ store, services: { seal } })
    expect((await send('GET', '/readyz', { key: null })).status).toBe(503)
    env.K = keyLine
    expect((await send('GET', '/readyz', { key: null })).status).toBe(503)
    clock.advance(1_000)
    expect((await send('GET', '/readyz', { key: null })).status).toBe(200)
  })
})

test('it is not ready where the store does not answer, and still says that it lives', async () => {
  const opened = await openEmbedded()
  const served = await serve(opened)
  await served.send('GET', '/v1/status')
  await opened.store.close()
  const ready = await served.send('GET', '/readyz', { key: null })
  expect([ready.status, ready.json]).toEqual([503, { status: 'store-unreachable' }])
  expect((await served.send('GET', '/healthz', { key: null })).status).toBe(200)
  const known = await served.send('GET', '/v1/status')
  expect(known.json).toMatchObject({ status: 'store-unreachable' })
  const listed = await served.send('GET', '/v1/access-keys')
  expect([listed.status, listed.json?.['code']]).toEqual([503, 'store_unreachable'])
})

describe('the metrics', () => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await openEmbedded()
  })
  afterAll(() => opened.close())

  test('count requests by route and status, and have no name from outside', async () => {
    const { send } = await serve(opened)
    await send('GET', '/v1/access-keys')
    await send('GET', '/v1/access-keys/not-there?note=outside')
    await send('GET', '/outside/path')
    const { status, headers, text } = await send('GET', '/metrics')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain('text/plain')
    const lines = text.split('\n')
    expect(lines).toContain('postern_requests_total{route="listAccessKeys",status="200"} 1')
    expect(lines).toContain('postern_requests_total{route="getAccessKey",status="404"} 1')
    expect(lines).toContain('postern_requests_total{route="unknown",status="404"} 1')
    expect(lines).toContain('postern_store_reachable 1')
    expect(lines).toContain('postern_seal_unlocked 1')
    expect(text).toContain('nodejs_eventloop_lag_seconds')
    expect(text).not.toContain('outside')
    expect(text).not.toContain('not-there')
  })

  test('count requests to orgs by status', async () => {
    const { send, services } = await serve(opened)
    const transport = services.metrics.watch(async () => ({
      status: 429,
      headers: new Headers(),
      body: null,
    }))
    await transport({ method: 'GET', url: 'https://acme.okta.com/', headers: {} })
    services.metrics.observeWait(50)
    const { text } = await send('GET', '/metrics')
    expect(text).toContain('postern_upstream_requests_total{outcome="429"} 1')
    expect(text).toContain('postern_upstream_wait_seconds_count 1')
  })

  test('are for those who may read everything', async () => {
    const { send, keys } = await serveApp({
      store: opened.store,
      keys: {
        reader: [{ connections: ['*'], verbs: ['read'] }],
        acme: [{ connections: ['acme'], verbs: ['read'] }],
      },
    })
    expect((await send('GET', '/metrics', { key: null })).status).toBe(401)
    expect((await send('GET', '/metrics', { key: keys.acme })).status).toBe(403)
    expect((await send('GET', '/metrics', { key: keys.reader })).status).toBe(200)
  })
})

/** The app over a store that has its master key. */
async function serve({ store }: TestStore) {
  const clock = new TestClock()
  const keys = new MasterKeys({ store, source: testKeySource({ K: keyLine }), clock })
  await keys.read()
  return serveApp({ store, services: { seal: new Seal(keys) } })
}
