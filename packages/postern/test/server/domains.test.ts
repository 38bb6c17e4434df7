/** @module The routes for custom domains. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { openEmbedded, serveApp } from './served-app.ts'

let opened: TestStore

beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

test('a domain is allowed, listed and removed', async () => {
  const { send } = await serveApp({ store: opened.store })
  const allowed = await send('POST', '/v1/domains', { body: { host: 'Login.acme.com' } })
  expect(allowed).toMatchObject({
    status: 200,
    json: { host: 'login.acme.com', createdAt: expect.any(String), connections: [] },
  })
  expect((await send('GET', '/v1/domains')).json).toEqual({ domains: [allowed.json] })
  expect((await send('DELETE', '/v1/domains/login.acme.com')).status).toBe(204)
  expect((await send('GET', '/v1/domains')).json).toEqual({ domains: [] })
  expect(await send('DELETE', '/v1/domains/login.acme.com')).toMatchObject({
    status: 404,
    json: { code: 'domain_not_found' },
  })
})

test('what can be no custom domain is refused with what to do', async () => {
  const { send } = await serveApp({ store: opened.store })
  const { status, json } = await send('POST', '/v1/domains', { body: { host: 'acme.okta.com.au' } })
  expect([status, json?.['code']]).toEqual([422, 'domain_look_alike'])
})
