/** @module The proxy: an org's own API, reached with an access key, answered as the org answers. */

import { type Clock, systemClock } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestStore } from '../../../../../test/stores.ts'
import { TestClock } from '../../../../../test/test-clock.ts'
import { maxKeptBytes } from '../../../src/server/proxy/caller-body.ts'
import { AuditBatch } from '../../../src/store/audit-batch.ts'
import { listAudit } from '../../../src/store/list-audit.ts'
import { sendRaw } from '../raw-http.ts'
import { openEmbedded } from '../served-app.ts'
import { anyCall, proxiedOrg, proxiedScript, scriptedApiToken } from './proxied-org.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const as = (key: string, scheme = 'SSWS') => ({ authorization: `${scheme} ${key}` })

describe('a call through the proxy', () => {
  test('gets the bytes of the org, and what its headers say of them', async () => {
    const { proxy, running, keys } = await proxiedOrg(opened.store, {
      keys: { any: [anyCall] },
      org: { users: 30, edition: 'unlimited', faults: ['dpop-required'] },
    })
    const ask = async (base: string, key: string) => {
      const answer = await fetch(`${base}/api/v1/users?limit=5`, { headers: as(key) })
      const bytes = await answer.text()
      const kept = ['content-type', 'content-encoding', 'vary', 'expires'].map((name) =>
        answer.headers.get(name),
      )
      return { status: answer.status, bytes, kept, headers: answer.headers }
    }
    const straight = await ask(running.url, running.adminToken)
    const proxied = await ask(proxy, keys.any)
    expect(proxied.bytes).toBe(straight.bytes)
    expect(proxied.kept).toEqual(straight.kept)
    expect(proxied.kept).toContain('gzip')
    expect(straight.headers.get('set-cookie')).not.toBeNull()
    expect(proxied.headers.get('set-cookie')).toBeNull()
    expect(Object.fromEntries(proxied.headers)).toMatchObject({
      'x-okta-request-id': expect.any(String),
      'x-rate-limit-limit': expect.any(String),
      'x-rate-limit-remaining': expect.any(String),
      'x-rate-limit-reset': expect.any(String),
      'postern-answered-by': 'org',
      'postern-attempts': '1',
      'postern-waited-ms': expect.stringMatching(/^\d+$/),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    expect(running.unexpected).toEqual([])
  })

  test('walks a list through the links of its pages, and never leaves the proxy', async () => {
    const { proxy, running, keys } = await proxiedOrg(opened.store, {
      keys: { any: [anyCall] },
      org: { users: 45, edition: 'unlimited' },
    })
    const seen: string[] = []
    let next: string | undefined = `${proxy}/api/v1/users?limit=10`
    let pages = 0
    while (next !== undefined) {
      expect(next.startsWith(`${proxy}/api/v1/users?`)).toBe(true)
      const answer: Response = await fetch(next, { headers: as(keys.any, 'Bearer') })
      for (const { id } of (await answer.json()) as { id: string }[]) seen.push(id)
      const link = answer.headers.get('link') ?? ''
      expect(link).not.toContain(running.url)
      next = /<([^>]*)>; rel="next"/.exec(link)?.[1]
      pages++
    }
    const shown = [...running.org.users].filter(({ status }) => status !== 'DEPROVISIONED')
    expect(seen).toEqual(shown.map(({ id }) => id))
    expect(pages).toBeGreaterThan(3)
  })

  test('makes, changes and deletes what the org keeps', async () => {
    const { proxy, running, keys } = await proxiedOrg(opened.store, {
      keys: { any: [anyCall] },
      org: { scopes: ['okta.groups.manage'], role: 'SUPER_ADMIN', edition: 'unlimited' },
    })
    const send = (method: string, path: string, body?: unknown) =>
      fetch(`${proxy}${path}`, {
        method,
        headers: { ...as(keys.any), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    const made = await send('POST', '/api/v1/groups', { profile: { name: 'Navy' } })
    const { id } = (await made.json()) as { id: string }
    await send('PUT', `/api/v1/groups/${id}`, { profile: { name: 'Army' } })
    expect(running.org.groups.get(id)?.profile['name']).toBe('Army')
    const head = await send('HEAD', `/api/v1/groups/${id}`)
    expect(head.status).toBeLessThan(500)
    expect((await send('DELETE', `/api/v1/groups/${id}`)).status).toBe(204)
    expect(running.org.groups.get(id)).toBeUndefined()
    const gone = await send('GET', `/api/v1/groups/${id}`)
    expect([gone.status, gone.headers.get('postern-answered-by')]).toEqual([404, 'org'])
    expect(await gone.json()).toMatchObject({ errorCode: 'E0000007' })
  })

  test('is told in the words of the org that the app lacks a role or a scope', async () => {
    const { proxy, running, keys } = await proxiedOrg(opened.store, {
      keys: { any: [anyCall] },
      org: { scopes: ['okta.users.read'] },
    })
    const ask = async (path: string) => {
      const answer = await fetch(`${proxy}${path}`, { headers: as(keys.any) })
      return [answer.status, await answer.text(), answer.headers.get('www-authenticate')] as const
    }
    running.faults.on('admin-role-missing')
    expect((await ask('/api/v1/users')).slice(0, 2)).toEqual([200, '[]'])
    const [status, , challenge] = await ask('/api/v1/groups')
    expect([status, challenge ?? '']).toEqual([403, expect.stringContaining('insufficient_scope')])
  })
})

describe('what signs in to the proxy', () => {
  test('is an access key, as Bearer or as SSWS, and nothing else', async () => {
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { any: [anyCall] },
    })
    const { proxy, keys, url } = org
    const statusFor = async (authorization: string | undefined, base = `${proxy}/api/v1/users`) => {
      const headers = authorization === undefined ? {} : { authorization }
      return (await fetch(base, { headers })).status
    }
    for (const scheme of ['Bearer', 'SSWS', 'bearer', 'ssws'])
      expect(await statusFor(`${scheme} ${keys.any}`)).toBe(200)
    const passed = org.requests.length
    expect(passed).toBe(4)
    const basic = Buffer.from(`${keys.any}:`).toString('base64')
    for (const other of [
      ...[undefined, keys.any, `Basic ${basic}`, `DPoP ${keys.any}`, `Token ${keys.any}`],
      ...[`SSWS ${keys.any}x`, 'SSWS 00abcdefghijklmnopqrstuvwxyz0123456789ABCD', 'Bearer x'],
      `SSWS SSWS ${keys.any}`,
    ])
      expect([other, await statusFor(other)]).toEqual([other, 401])
    expect(org.requests.length).toBe(passed)
    // To the rest of the API an access key is no API token.
    expect(await statusFor(`SSWS ${keys.any}`, `${url}/v1/connections`)).toBe(401)
  })

  test('shows its own authorisation to the org, and of the caller’s nothing', async () => {
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { any: [anyCall] },
    })
    const { proxy, keys } = org
    await fetch(`${proxy}/api/v1/users`, {
      headers: {
        ...as(keys.any),
        'if-none-match': '"1"',
        'accept-language': 'de',
        'user-agent': 'okta-sdk/1',
        'x-okta-user-agent-extended': 'isDPoP:true',
        'x-forwarded-for': '203.0.113.7',
        'x-custom': 'y',
        origin_x: 'y',
      },
    })
    const headers = org.requests.at(-1)?.headers ?? {}
    expect(headers).toMatchObject({
      authorization: `SSWS ${scriptedApiToken}`,
      'if-none-match': '"1"',
      'accept-language': 'de',
      'user-agent': 'okta-sdk/1',
      'x-okta-user-agent-extended': 'isDPoP:true',
      host: new URL(org.orgUrl).host,
    })
    expect(JSON.stringify(headers)).not.toContain(keys.any)
    for (const name of ['x-forwarded-for', 'x-custom', 'origin_x', 'cookie', 'sec-fetch-mode'])
      expect([name, headers[name]]).toEqual([name, undefined])
  })

  test('ends with the access key: revoked, it is answered as one that never was', async () => {
    const org = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { one: [anyCall] },
    })
    const { proxy, keys, services } = org
    const by = { actor: 'local' }
    const ask = (key: string) => fetch(`${proxy}/api/v1/users`, { headers: as(key) })
    expect((await ask(keys.one)).status).toBe(200)
    const id = keys.one.split('_')[1] ?? ''
    const { text } = await services.accessKeys.rotate(id, by, { overlapMs: 60_000 })
    // Both are good for a while, the new one and the one before.
    expect((await ask(text.reveal())).status).toBe(200)
    expect((await ask(keys.one)).status).toBe(200)
    await services.accessKeys.revoke(id, by)
    const passed = org.requests.length
    expect((await ask(text.reveal())).status).toBe(401)
    expect((await ask(keys.one)).status).toBe(401)
    expect(org.requests.length).toBe(passed)
  })
})

test('the next call signs in as the connection does by then', async () => {
  const org = await proxiedScript(opened.store, () => ({ body: [] }), { keys: { any: [anyCall] } })
  const { proxy, keys, send } = org
  const ask = () => fetch(`${proxy}/api/v1/users`, { headers: as(keys.any) })
  await ask()
  const apiToken = `00${'TestToken1'.repeat(4)}`
  const body = { apiToken, force: true }
  expect((await send('PATCH', '/v1/connections/acme', { body })).status).toBe(200)
  await ask()
  const [first, last] = [org.requests[0], org.requests.at(-1)].map(
    (request) => request?.headers.authorization,
  )
  expect([first, last]).toEqual([`SSWS ${scriptedApiToken}`, `SSWS ${apiToken}`])
})

test('links lead to the server under the name that the caller knows it by', async () => {
  const script = () => ({ headers: { link: '</api/v1/users?after=2>; rel="next"' }, body: [] })
  const { url, keys } = await proxiedScript(opened.store, script, {
    keys: { any: [anyCall] },
    listen: { publicUrl: 'https://postern.example.com' },
  })
  for (const [host, origin] of [
    ['postern.example.com', 'https://postern.example.com'],
    [new URL(url).host, url],
    [`localhost:${new URL(url).port}`, `http://localhost:${new URL(url).port}`],
  ] as const) {
    const path = '/v1/connections/acme/proxy/api/v1/users'
    const { headers } = await sendRaw(url, { path, headers: { host, ...as(keys.any) } })
    expect(headers['link']).toBe(
      `<${origin}/v1/connections/acme/proxy/api/v1/users?after=2>; rel="next"`,
    )
  }
})

describe('the proxy, in the place of its caller', () => {
  test('sends no more than the org allows, and meets no 429', async () => {
    const clock = new TestClock()
    const refused: number[] = []
    const { proxy, keys } = await proxiedOrg(opened.store, {
      keys: { any: [anyCall] },
      services: { clock },
      org: {
        ...{ clock, edition: 'integrator' },
        onCall: ({ status }) => void (status === 429 && refused.push(status)),
      },
    })
    const waits: number[] = []
    for (let number = 0; number < 120; number++) {
      const answer = await fetch(`${proxy}/api/v1/users?limit=1`, { headers: as(keys.any) })
      expect([answer.status, answer.headers.get('postern-attempts')]).toEqual([200, '1'])
      await answer.text()
      waits.push(Number(answer.headers.get('postern-waited-ms')))
    }
    expect(refused).toEqual([])
    expect(waits.filter((waitMs) => waitMs > 30_000).length).toBeGreaterThan(1)
  })

  test('waits out a 429, and says how often it asked and how long it waited', async () => {
    const org = await proxiedScript(
      opened.store,
      (_request, number) =>
        number === 0
          ? { status: 429, headers: { 'retry-after': '2' }, body: { errorCode: 'E0000047' } }
          : { body: [] },
      { keys: { any: [anyCall] } },
    )
    const { proxy, keys } = org
    const answer = await fetch(`${proxy}/api/v1/users`, { headers: as(keys.any) })
    expect([answer.status, answer.headers.get('postern-attempts')]).toEqual([200, '2'])
    expect(Number(answer.headers.get('postern-waited-ms'))).toBeGreaterThanOrEqual(2_000)
    expect(org.requests).toHaveLength(2)
  })

  test.each([
    ['GET', undefined, 503, [200, 2]],
    ['PUT', 'x'.repeat(1_000), 503, [200, 2]],
    ['PUT', 'x'.repeat(maxKeptBytes), 503, [200, 2]],
    // Too large to have been kept.
    ['PUT', 'x'.repeat(maxKeptBytes + 1), 503, [503, 1]],
    ['POST', 'x'.repeat(1_000), 503, [503, 1]],
    ['PUT', 'x'.repeat(1_000), 500, [500, 1]],
    // Nothing was done by what was refused for being too much.
    ['POST', 'x'.repeat(1_000), 429, [200, 2]],
    ['POST', 'x'.repeat(maxKeptBytes + 1), 429, [429, 1]],
  ] as const)('sends a %s again where that is safe', async (method, body, status, expected) => {
    const org = await proxiedScript(
      opened.store,
      (_request, number) => ({ status: number === 0 ? status : 200, body: 'done' }),
      { keys: { any: [anyCall] } },
    )
    const { proxy, keys } = org
    const answer = await fetch(`${proxy}/api/v1/groups/00g1`, {
      ...{ method, headers: { ...as(keys.any), 'content-type': 'application/json' } },
      ...(body === undefined ? {} : { body }),
    })
    const attempts = Number(answer.headers.get('postern-attempts'))
    expect([answer.status, attempts]).toEqual(expected)
    expect(await answer.text()).toBe('done')
    for (const request of org.requests) expect(request.body.toString()).toBe(body ?? '')
  })

  test('says with a problem that no answer came, and does not send again what may have been done', async () => {
    const org = await proxiedScript(opened.store, () => ({ cut: 'before' }), {
      keys: { any: [anyCall] },
    })
    const { proxy, keys } = org
    const ask = (method: string) =>
      fetch(`${proxy}/api/v1/groups`, {
        ...{ method, headers: { ...as(keys.any), 'content-type': 'application/json' } },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
    const post = await ask('POST')
    expect([post.status, post.headers.get('postern-answered-by')]).toEqual([502, 'postern'])
    expect(await post.json()).toMatchObject({
      code: 'upstream_connection_lost',
      detail: expect.stringContaining('not known whether the change was made'),
      details: { outcome: 'unknown' },
    })
    expect(org.requests).toHaveLength(1)
    const get = await ask('GET')
    expect([get.status, await get.text()]).toEqual([502, expect.not.stringContaining('unknown')])
    expect(org.requests.length).toBeGreaterThan(2)
  })

  test.each(['tokens-revoked', 'nonce-required-at-apis'])(
    'authorises anew after %s, once, for a POST too',
    async (fault) => {
      const { proxy, running, keys } = await proxiedOrg(opened.store, {
        keys: { any: [anyCall] },
        org: {
          ...{ scopes: ['okta.groups.manage'], role: 'SUPER_ADMIN', edition: 'unlimited' },
          faults: ['dpop-required'],
        },
      })
      const add = (name: string) =>
        fetch(`${proxy}/api/v1/groups`, {
          method: 'POST',
          headers: { ...as(keys.any), 'content-type': 'application/json' },
          body: JSON.stringify({ profile: { name } }),
        })
      expect((await add('One')).headers.get('postern-attempts')).toBe('1')
      running.faults.on(fault)
      const answer = await add('Two')
      expect([answer.status, answer.headers.get('postern-attempts')]).toEqual([200, '2'])
      expect(
        [...running.org.groups].filter(({ profile }) => profile['name'] === 'Two'),
      ).toHaveLength(1)
    },
  )

  test('gives a 401 that no other token would cure to the caller', async () => {
    const { proxy, running, keys } = await proxiedOrg(opened.store, {
      keys: { any: [anyCall] },
      org: { faults: ['feature-not-licensed=/api/v1/users'] },
    })
    const answer = await fetch(`${proxy}/api/v1/users`, { headers: as(keys.any) })
    expect([answer.status, answer.headers.get('postern-attempts')]).toEqual([401, '1'])
    expect(await answer.json()).toMatchObject({ errorCode: 'E0000015' })
    expect(running.unexpected).toEqual([])
  })

  test('refuses a list that goes on elsewhere, and shows no place that is not on the org', async () => {
    const elsewhere = 'https://evil.example/api/v1/users?after=2'
    const { proxy, keys } = await proxiedScript(
      opened.store,
      ({ path }) =>
        path.startsWith('/api/v1/users')
          ? { headers: { link: `<${elsewhere}>; rel="next"` }, body: [] }
          : {
              status: 302,
              headers: {
                location: elsewhere,
                link: `<${elsewhere}>; rel="help", </x>; rel="self"`,
              },
            },
      { keys: { any: [anyCall] } },
    )
    const list = await fetch(`${proxy}/api/v1/users`, { headers: as(keys.any) })
    expect(await list.json()).toMatchObject({ status: 502, code: 'upstream_bad_response' })
    const led = await fetch(`${proxy}/api/v1/apps`, { headers: as(keys.any), redirect: 'manual' })
    expect([led.status, led.headers.get('location')]).toEqual([302, null])
    expect(led.headers.get('link')).toBe(`<${proxy}/x>; rel="self"`)
  })
})

test('a change that is made is told, wherever a link of its answer leads (G6)', async () => {
  const script = () => ({
    headers: { link: '<https://evil.example/api/v1/users?after=2>; rel="next"', age: '7' },
    body: { id: '00g1' },
  })
  const { proxy, keys } = await proxiedScript(opened.store, script, { keys: { any: [anyCall] } })
  const made = await fetch(`${proxy}/api/v1/groups`, { method: 'POST', headers: as(keys.any) })
  expect([made.status, await made.json()]).toEqual([200, { id: '00g1' }])
  expect([made.headers.get('link'), made.headers.get('age')]).toEqual([null, '7'])
})

test('a change that is refused after an attempt that nobody answered is told as unknown (G6)', async () => {
  const { proxy, keys } = await proxiedScript(
    opened.store,
    (_request, number) =>
      number === 0 ? { cut: 'before' } : { status: 404, body: { errorCode: 'E0000007' } },
    { keys: { any: [anyCall] } },
  )
  const ask = (method: string) =>
    fetch(`${proxy}/api/v1/groups/00g1`, { method, headers: as(keys.any) })
  const gone = await ask('DELETE')
  expect([gone.status, gone.headers.get('postern-outcome')]).toEqual([404, 'unknown'])
  expect((await rowsOf(keys.any)).map(({ outcome }) => outcome)).toEqual(['unknown', 'begun'])
  const again = await ask('DELETE')
  expect([again.status, again.headers.get('postern-outcome')]).toEqual([404, null])
})

describe('the audit log of the proxy', () => {
  test('has a row before what writes is sent, and one with what came of it', async () => {
    let seen: readonly string[] = []
    const { proxy, keys } = await proxiedScript(
      opened.store,
      () => ({ headers: { 'x-okta-request-id': 'okta-1' }, body: {} }),
      {
        keys: { any: [anyCall] },
        onRequest: async () => {
          seen = (await rowsOf(keys.any)).map(({ outcome }) => outcome)
        },
      },
    )
    const answer = await fetch(`${proxy}/api/v1/groups?x=1`, {
      ...{ method: 'POST', headers: as(keys.any) },
    })
    const requestId = answer.headers.get('x-request-id')
    expect(seen).toEqual(['begun'])
    const rows = await rowsOf(keys.any)
    expect(rows.map(({ outcome, request_id }) => [outcome, request_id])).toEqual([
      ['ok', requestId],
      ['begun', requestId],
    ])
    expect(JSON.parse(rows[0]?.details ?? '')).toEqual({
      ...{ method: 'POST', path: '/api/v1/groups', status: 200, oktaRequestId: 'okta-1' },
    })
  })

  test('counts reads into one row, which is written when the server stops', async () => {
    const auditBatch = new AuditBatch({ store: opened.store, clock: withoutWaits })
    const { proxy, keys } = await proxiedScript(opened.store, () => ({ body: [] }), {
      keys: { any: [anyCall] },
      services: { auditBatch },
    })
    for (const method of ['GET', 'GET', 'HEAD', 'GET'])
      await fetch(`${proxy}/api/v1/users`, { method, headers: as(keys.any) })
    expect(await rowsOf(keys.any)).toEqual([])
    await auditBatch.close()
    const counted = (await rowsOf(keys.any)).map(({ outcome, details }) => [
      outcome,
      JSON.parse(details),
    ])
    expect(counted).toEqual([
      ['ok', { method: 'HEAD', path: '/api/v1/users' }],
      ['ok', expect.objectContaining({ method: 'GET', path: '/api/v1/users', count: 3 })],
    ])
  })

  test('has a row of a change that the access key may not make', async () => {
    const org = await proxiedScript(opened.store, () => ({}), {
      keys: { reader: [{ connections: ['acme'], verbs: ['proxy'] }] },
    })
    const { proxy, keys, services } = org
    const passed = org.requests.length
    const ask = async (method: string, path: string) => {
      const answer = await fetch(`${proxy}${path}`, { method, headers: as(keys.reader) })
      return ((await answer.json()) as { code: string }).code
    }
    expect(await ask('DELETE', '/api/v1/users/00u1')).toBe('proxy_method_not_allowed')
    expect(await ask('GET', '/oauth2/v1/clients')).toBe('proxy_path_not_allowed')
    expect(await ask('GET', '/api/v1/apps/0oa1/credentials/jwks')).toBe('access_denied')
    expect(await ask('OPTIONS', '/api/v1/users')).toBe('proxy_method_not_allowed')
    expect(org.requests.length).toBe(passed)
    await services.auditBatch.flush()
    expect((await rowsOf(keys.reader)).map(({ action, target }) => [action, target])).toEqual([
      ['access.refuse', 'proxyDelete'],
    ])
  })

  test('keeps everything from being called while it takes no row', async () => {
    const org = await proxiedScript(opened.store, () => ({}), {
      keys: { any: [anyCall] },
    })
    const { proxy, keys, services } = org
    const passed = org.requests.length
    await opened.store.db.schema.alterTable('audit').renameTo('audit_away').execute()
    try {
      const ask = async (method: string) =>
        (await fetch(`${proxy}/api/v1/users`, { method, headers: as(keys.any) })).status
      expect(await ask('POST')).toBe(503)
      expect(org.requests.length).toBe(passed)
      // The first read is taken in the belief that its row will be written.
      expect(await ask('GET')).toBe(200)
      await expect(services.auditBatch.flush()).rejects.toThrow()
      expect(await ask('GET')).toBe(503)
    } finally {
      await opened.store.db.schema.alterTable('audit_away').renameTo('audit').execute()
    }
  })
})

/** Nothing is due on it. */
const withoutWaits: Clock = {
  ...systemClock,
  sleep: (_waitMs, options) =>
    new Promise((_resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(options.signal?.reason))
    }),
}

/** The rows of an access key, the newest first. */
async function rowsOf(key: string) {
  return listAudit(opened.store, { limit: 10, actor: `access-key:${key.split('_')[1]}` })
}
