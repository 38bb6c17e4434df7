import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Secret } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, valuesOfApp } from '../connections/kept.ts'
import { type ServedApp, serveApp } from './served-app.ts'

describe.each(stores)('what a connection on $name hands out', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let org: RunningOrg
  /** An org whose app requires DPoP. */
  let bound: RunningOrg
  let app: ServedApp<'token' | 'proxy'>
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
    org = await startOrg({ keyType: 'EC', users: 2 })
    bound = await startOrg({ keyType: 'EC', users: 2, dpopRequired: true })
  })
  beforeEach(async () => {
    app = await serveApp({
      store: kept.store,
      services: { seal },
      keys: {
        token: [{ connections: ['*'], verbs: ['token'] }],
        proxy: [{ connections: ['*'], verbs: ['proxy'] }],
      },
    })
    const { connections } = app.services
    if ((await connections.list()).length > 0) return
    await connections.connect({ name: 'acme', values: valuesOfApp(org) }, by)
    await connections.connect({ name: 'bound', values: valuesOfApp(bound) }, by)
    const apiToken = new Secret(org.adminToken)
    await connections.connect({ name: 'by-token', values: { orgUrl: org.url, apiToken } }, by)
  })
  afterAll(async () => {
    await org.close()
    await bound.close()
    await kept.close()
  })

  const post = (path: string, body?: unknown, key = app.keys.token) =>
    app.send('POST', `/v1/connections/${path}`, { key, ...(body === undefined ? {} : { body }) })
  const lastAudit = async (action: string) => {
    await app.services.auditBatch.flush()
    return kept.store.db
      .selectFrom('audit')
      .select(['actor', 'connection', 'outcome', 'details'])
      .where('action', '=', action)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
  }

  test('is a token that the org takes, with a row in the audit log and no copy anywhere', async () => {
    const { status, json, headers } = await post('acme/token')
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(json).toMatchObject({ tokenType: 'Bearer', expiresInSeconds: 3_600, missingScopes: [] })
    expect(json).not.toHaveProperty('note')
    const accessToken = String(json?.['accessToken'])
    const answer = await fetch(`${org.url}/api/v1/users`, {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(answer.status).toBe(200)
    expect(await lastAudit('token.hand-out')).toMatchObject({
      connection: 'acme',
      outcome: 'ok',
      details: JSON.stringify({ scopes: [...org.app.scopes].sort().join(' ') }),
    })
    expect(await kept.dump()).not.toContain(accessToken.slice(-40))
  })

  test('is the request for a token explained, without a signature and sealed headers', async () => {
    const headers = { 'X-Tenant': 'canary-77fe' }
    await app.services.connections.connect(
      { name: 'explained', values: { ...valuesOfApp(bound), headers, dpopRequired: true } },
      by,
    )
    const { status, json, text } = await post('explained/token/explain', {
      scopes: 'okta.users.read',
    })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      method: 'POST',
      url: `${bound.url}/oauth2/v1/token`,
      headers: { 'x-tenant': '<value removed>' },
      form: { grant_type: 'client_credentials', scope: 'okta.users.read' },
      assertion: { claims: { iss: bound.app.clientId } },
      proof: { claims: { htm: 'POST' } },
    })
    expect(text).not.toContain('canary-77fe')
    expect(text).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]{20,}/)
    expect((await post('explained/token/explain', {}, app.keys.proxy)).status).toBe(403)
    expect((await post('by-token/token/explain')).json?.['code']).toBe('token_not_for_api_token')
    await app.services.connections.remove('explained', by)
  })

  test('is asked for no longer than somebody waits for it', async () => {
    const asked = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    let isHeld = false
    const held = createServer((request, response) => {
      if (!isHeld) return void response.writeHead(404).end()
      request.socket.once('close', ended.resolve)
      asked.resolve()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void held.close())
    await once(held, 'listening')
    const { port } = held.address() as AddressInfo
    const values = { ...valuesOfApp(org), orgUrl: `http://127.0.0.1:${port}` }
    await app.services.connections.connect({ name: 'held', values, force: true }, by)
    isHeld = true
    const leaving = new AbortController()
    const answer = fetch(`${app.url}/v1/connections/held/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.keys.token}` },
      signal: leaving.signal,
    })
    await asked.promise
    leaving.abort()
    await expect(answer).rejects.toThrow()
    await ended.promise
    await app.services.connections.remove('held', by)
  })

  test('is a token for some of its scopes, and never for others', async () => {
    const { json } = await post('acme/token', { scopes: 'okta.users.read' })
    expect(json).toMatchObject({ scopes: ['okta.users.read'] })
    const foreign = await post('acme/token', { scopes: ['okta.users.read', 'okta.users.manage'] })
    expect([foreign.status, foreign.json?.['code']]).toEqual([422, 'token_scope_not_of_connection'])
    expect((await post('acme/token', { scopes: [] })).json?.['code']).toBe('scope_empty')
  })

  test('is a token that says that it is bound, and a proof for one request with it', async () => {
    const { json } = await post('bound/token')
    expect(json).toMatchObject({ tokenType: 'DPoP' })
    expect(json?.['note']).toContain('proof')
    const url = `${bound.url}/api/v1/users?limit=1`
    const { json: proof } = await post('bound/proof', { method: 'get', url })
    const headers = proof?.['headers'] as Record<string, string>
    expect(headers['authorization']).toBe(`DPoP ${json?.['accessToken']}`)
    expect((await fetch(url, { headers })).status).toBe(200)
    // A proof is spent with its request.
    expect((await fetch(url, { headers })).status).toBe(400)
    expect(await lastAudit('proof.hand-out')).toMatchObject({
      connection: 'bound',
      details: JSON.stringify({ method: 'GET', path: '/api/v1/users' }),
    })
  })

  test('is no proof for another host, nor one for keys without the verb', async () => {
    for (const url of [
      'https://evil.example/api/v1/users',
      `${bound.url.replace('127.0.0.1', 'localhost')}/api/v1/users`,
      bound.url.replace('http://', 'http://user@'),
      '/api/v1/users',
    ]) {
      const { status, json } = await post('bound/proof', { method: 'GET', url })
      expect([status, json?.['code']]).toEqual([422, 'proof_foreign_url'])
    }
    const url = `${bound.url}/api/v1/apps/${bound.app.clientId}/credentials/jwks`
    const { status, json } = await post('bound/proof', { method: 'POST', url })
    expect([status, json?.['code']]).toEqual([403, 'access_denied'])
  })

  test('is no API token, in no way', async () => {
    const { json } = await post('by-token/token')
    expect(json?.['code']).toBe('token_not_for_api_token')
    const proof = await post('by-token/proof', { method: 'GET', url: `${org.url}/api/v1/users` })
    expect(proof.json?.['code']).toBe('token_not_for_api_token')
    const answer = await post('by-token/request', { path: '/api/v1/users/me' }, app.keys.proxy)
    expect(answer.status).toBe(200)
    expect(answer.text + JSON.stringify([...answer.headers])).not.toContain(org.adminToken)
  })

  test('is the answer of the org to a request, untouched, less what speaks for it', async () => {
    const direct = await fetch(`${org.url}/api/v1/users?limit=1`, {
      headers: { authorization: `SSWS ${org.adminToken}` },
    })
    const body = { path: '/api/v1/users', query: { limit: 1 } }
    const answer = await post('bound/request', body, app.keys.proxy)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('postern-answered-by')).toBe('org')
    expect(answer.headers.get('link')).toContain(`${bound.url}/api/v1/users?`)
    expect(answer.headers.get('x-rate-limit-limit')).toBe(direct.headers.get('x-rate-limit-limit'))
    expect(answer.headers.get('x-okta-request-id')).toMatch(/\w+/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(JSON.parse(answer.text)).toHaveLength(1)
    expect(await lastAudit('org.call')).toMatchObject({
      connection: 'bound',
      outcome: 'ok',
      details: JSON.stringify({ method: 'GET', path: '/api/v1/users' }),
    })
  })

  test('is no cookie of the org, and no header that is not on the list', async () => {
    const headers = {
      'set-cookie': 'sid=1; Path=/',
      'x-internal': 'node-7',
      'postern-answered-by': 'somebody',
      etag: '"1"',
      age: '7',
    }
    const strange = await startScriptedServer(() => ({ headers, body: [] }))
    onTestFinished(strange.close)
    const apiToken = new Secret(org.adminToken)
    const values = { orgUrl: strange.orgUrl, apiToken }
    const { connections } = app.services
    await connections.connect({ name: 'strange', values, force: true }, by)
    const answer = await post('strange/request', { path: '/api/v1/users' }, app.keys.proxy)
    await connections.remove('strange', by)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.headers.get('age')).toBe('7')
    expect(answer.headers.get('postern-answered-by')).toBe('org')
    expect(answer.headers.has('set-cookie')).toBe(false)
    expect(answer.headers.has('x-internal')).toBe(false)
  })

  test('is the refusal of the org, told from one of Postern', async () => {
    const none = await post('acme/request', { path: '/api/v1/users/nobody' }, app.keys.proxy)
    expect(none.status).toBe(404)
    expect(none.json).toMatchObject({ errorCode: 'E0000007' })
    expect(none.headers.get('postern-answered-by')).toBe('org')
    expect(await lastAudit('org.call')).toMatchObject({ connection: 'acme', outcome: 'refused' })
    const own = await post('acme/request', { path: '/oauth2/v1/keys' }, app.keys.proxy)
    expect([own.status, own.json?.['code']]).toEqual([403, 'proxy_path_not_allowed'])
    expect(own.headers.get('postern-answered-by')).toBe('postern')
  })

  test('changes something with a row before and a row after', async () => {
    const body = {
      method: 'POST',
      path: '/api/v1/users?activate=false',
      body: { profile: { firstName: 'A', lastName: 'B', login: 'a@b.co', email: 'a@b.co' } },
    }
    const refused = await post('by-token/request', body, app.keys.proxy)
    expect(refused.json?.['code']).toBe('proxy_method_not_allowed')
    // The operator's own commands may do everything that the connection may.
    const made = await app.send('POST', '/v1/connections/by-token/request', { body })
    expect(made.status).toBe(200)
    const rows = await kept.store.db
      .selectFrom('audit')
      .select(['actor', 'outcome', 'details'])
      .where('action', '=', 'org.call')
      .where('connection', '=', 'by-token')
      .orderBy('seq', 'desc')
      .limit(2)
      .execute()
    expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', 'begun'])
    expect(rows.at(1)?.details).toBe(JSON.stringify({ method: 'POST', path: '/api/v1/users' }))
    expect(JSON.parse(rows[0]?.details ?? '')).toMatchObject({ status: 200 })
    expect(rows[0]?.actor).toBe('local')
  })
})
