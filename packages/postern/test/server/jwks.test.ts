import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { type ServedApp, serveApp } from './served-app.ts'

describe.each(stores)('the key sets on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let app: ServedApp
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  beforeEach(async () => {
    app = await serveApp({ store: kept.store, services: { seal } })
  })
  afterAll(() => kept.close())

  const get = (name: string, headers: Record<string, string> = {}) =>
    app.send('GET', `/jwks/${name}.json`, { key: null, headers })

  test('are public, hold public members alone, and are cached for as long as they stay good', async () => {
    await app.send('POST', '/v1/setup/plan', {
      body: { name: 'published', orgUrl: 'acme.okta.com', keys: 'url' },
    })
    const answer = await get('published')
    expect(answer.status).toBe(200)
    const { keys } = answer.json as { readonly keys: readonly object[] }
    const [jwk] = keys
    expect(Object.keys(jwk ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    const etag = answer.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{43}"$/)
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await get('published', { 'if-none-match': known })
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
    }
    expect((await get('published', { 'if-none-match': '"x"' })).status).toBe(200)
    const head = await app.send('HEAD', '/jwks/published.json', { key: null })
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', etag])
  })

  test('are not there for apps whose keys Okta keeps, nor for anybody else: names cannot be found out', async () => {
    await app.send('POST', '/v1/setup/plan', { body: { name: 'inside', orgUrl: 'acme.okta.com' } })
    const jwksUrl = 'https://keys.example/acme.json'
    const elsewhere = { name: 'elsewhere', orgUrl: 'acme.okta.com', keys: 'url', jwksUrl }
    await app.send('POST', '/v1/setup/plan', { body: elsewhere })
    const answers = []
    for (const name of ['inside', 'elsewhere', 'nobody', 'UPPER', '%2e%2e', 'x'.repeat(100)]) {
      const { status, json } = await get(name)
      const { requestId: _id, ...problem } = json ?? {}
      answers.push([status, problem])
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject([404, { code: 'key_set_not_found' }])
    const other = await app.send('GET', '/jwks/inside', { key: null })
    expect([other.status, other.json?.['code']]).toEqual([404, 'key_set_not_found'])
  })
})
