/** @module The page of the console, at each of its addresses. */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { addPageRoutes } from '../../src/server/api/pages.ts'
import { WebFiles } from '../../src/server/web-files.ts'
import { sendRaw } from './raw-http.ts'
import { openEmbedded, serveApp } from './served-app.ts'

const PAGE = '<!doctype html><title>Console</title>'
let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

function serve(names: readonly string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'postern-web-'))
  for (const name of names) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(folder, name), PAGE)
  }
  const files = new WebFiles(folder)
  return serveApp({
    store: opened.store,
    services: { connectOrigins: ['https://portal.example.com'] },
    app: { addRoutes: (api) => addPageRoutes(api, files) },
  })
}

test.each([
  '/console/',
  '/console/connections',
  '/console/connections/acme',
  '/console/log?connection=acme&type=user.session.start',
  '/console/feeds/a/runs/b/c',
])('%s is the page, whoever links to it, framed by nobody', async (at) => {
  const { send } = await serve(['console/index.html'])
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  const answer = await send('GET', at, { key: null, headers })
  expect([answer.status, answer.text]).toEqual([200, PAGE])
  const shown = ['cache-control', 'content-security-policy', 'cross-origin-opener-policy']
  const more = ['referrer-policy', 'x-content-type-options', 'x-frame-options']
  expect([...shown, ...more].map((name) => answer.headers.get(name))).toEqual([
    'no-store',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'same-origin',
    'no-referrer',
    'nosniff',
    'DENY',
  ])
})

test('is called by no name but those of the server', async () => {
  const { url } = await serve(['console/index.html'])
  const { port } = new URL(url)
  const rebound = await sendRaw(url, {
    path: '/console/',
    headers: { host: `rebound.example:${port}` },
  })
  expect([rebound.status, rebound.code]).toEqual([421, 'request_host_unknown'])
})

test('is said to be missing where it was not built', async () => {
  const { send } = await serve(['connect/index.html'])
  const { status, json } = await send('GET', '/console/', { key: null })
  expect([status, json?.['code']]).toEqual([503, 'page_not_built'])
})
