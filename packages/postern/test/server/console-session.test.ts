/** @module Signing in to the console with an access key, and what ends that. */

import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { verbs } from '../../src/config/access-rules.ts'
import { cookieNameAt } from '../../src/server/console/cookie.ts'
import type { ListenOptions } from '../../src/server/listen.ts'
import { sendRaw } from './raw-http.ts'
import { type Answer, serveApp } from './served-app.ts'

const PATH = '/v1/console/session'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const everything = [{ connections: ['*'], verbs: [...verbs] }]

const refusal = ({ status, json }: Answer) => [status, json?.['code']]

describe.each(stores)('the console on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  async function serve(listen: ListenOptions = {}) {
    const app = await serveApp({
      store: kept.store,
      listen,
      keys: { all: everything, reader: [{ connections: ['acme'], verbs: ['read'] }] },
    })
    const own = { origin: app.url, 'sec-fetch-site': 'same-origin', 'x-postern-console': '1' }
    const signIn = (accessKey: string, headers: Record<string, string> = own) =>
      app.send('POST', PATH, { key: null, headers, body: { accessKey } })
    const cookieOf = ({ headers }: Answer) => headers.get('set-cookie')?.split(';')[0] ?? ''
    const as = (cookie: string) => ({
      send: (method: string, path: string, body?: unknown) =>
        app.send(method, path, { key: null, headers: { ...own, cookie }, body }),
      session: () => app.send('GET', PATH, { key: null, headers: { ...own, cookie } }),
    })
    const enter = async (accessKey: string) => as(cookieOf(await signIn(accessKey)))
    return { ...app, own, signIn, cookieOf, as, enter }
  }

  test('takes an access key for a cookie that no script reads and no other site sends', async () => {
    const { url, keys, clock, signIn, cookieOf, as, logged } = await serve()
    const answer = await signIn(keys.reader)
    const { port } = new URL(url)
    expect(answer.headers.get('set-cookie')).toMatch(
      new RegExp(
        `^postern-console-${port}=[0-9a-f]{16}\\.[\\w-]{43}; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict$`,
      ),
    )
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const session = {
      name: 'reader',
      actor: `access-key:${keys.reader.split('_')[1]}`,
      kind: 'access-key',
      expiresAt: new Date(clock.now().getTime() + 12 * HOUR_MS).toISOString(),
      permissions: [{ connections: ['acme'], verbs: ['read'] }],
    }
    expect([answer.status, answer.json]).toEqual([200, { session }])
    const cookie = cookieOf(answer)
    expect((await as(cookie).session()).json).toEqual(session)
    const [, secret = ''] = cookie.split('.')
    const text = JSON.stringify([
      logged,
      await kept.store.db.selectFrom('audit').selectAll().execute(),
    ])
    for (const each of [secret, keys.reader.slice(-43)]) expect(text).not.toContain(each)
    const rows = await kept.store.db.selectFrom('console_session').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('names whoever signed in as the actor of what is done, and signing in and out too', async () => {
    const { keys, enter } = await serve()
    const browser = await enter(keys.all)
    const made = await browser.send('POST', '/v1/access-keys', { name: 'x', rules: everything })
    expect(made.status).toBe(201)
    const out = await browser.send('DELETE', PATH)
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^postern-console-\d+=; Max-Age=0; /),
    ])
    expect(refusal(await browser.session())).toEqual([401, 'console_session_invalid'])
    expect(refusal(await browser.send('DELETE', PATH))).toEqual([401, 'console_session_invalid'])
    const actor = `access-key:${keys.all.split('_')[1]}`
    const deeds = await kept.store.db
      .selectFrom('audit')
      .select(['action', 'details'])
      .where('actor', '=', actor)
      .orderBy('seq')
      .execute()
    expect(deeds.map(({ action }) => action)).toEqual([
      'console-session.begin',
      'access-key.add',
      'console-session.end',
    ])
    expect(deeds[0]?.details).toBe('{"name":"all"}')
  })

  test('gives a browser a new secret each time, whatever cookie it came with', async () => {
    const { keys, own, signIn, cookieOf, as } = await serve()
    const planted = cookieOf(await signIn(keys.reader))
    const answer = await signIn(keys.all, { ...own, cookie: planted })
    expect(answer.status).toBe(200)
    expect(cookieOf(answer)).not.toBe(planted)
    expect((await as(planted).session()).json).toMatchObject({ name: 'reader' })
  })

  test('lasts twelve hours, and one after it was used last', async () => {
    const { keys, clock, enter } = await serve()
    const used = await enter(keys.reader)
    const idle = await enter(keys.reader)
    clock.advance(HOUR_MS - 1)
    expect((await used.session()).status).toBe(200)
    clock.advance(1)
    expect(refusal(await idle.session())).toEqual([401, 'console_session_invalid'])
    for (let hour = 1; hour < 12; hour++) {
      expect((await used.session()).status).toBe(200)
      clock.advance(HOUR_MS - MINUTE_MS)
    }
    expect((await used.session()).status).toBe(200)
    clock.advance(11 * MINUTE_MS)
    expect(refusal(await used.session())).toEqual([401, 'console_session_invalid'])
  })

  test('forgets a session when its time is over, and not before', async () => {
    const { keys, clock, services, enter } = await serve()
    await kept.store.db.deleteFrom('console_session').execute()
    await enter(keys.reader)
    const count = async () =>
      (await kept.store.db.selectFrom('console_session').select('id').execute()).length
    clock.advance(12 * HOUR_MS)
    await services.consoleSessions.removeExpired()
    expect(await count()).toBe(1)
    clock.advance(1)
    await services.consoleSessions.removeExpired()
    expect(await count()).toBe(0)
  })

  test('ends with its access key: revoked, expired, or rotated away', async () => {
    const { clock, services, send, enter } = await serve()
    const add = async (expiresAt?: Date) =>
      services.accessKeys.add({ name: 'k', rules: everything, expiresAt }, { actor: 'local' })
    const revoked = await add()
    const revokedBrowser = await enter(revoked.text.reveal())
    expect((await send('DELETE', `/v1/access-keys/${revoked.view.id}`)).status).toBe(204)
    expect(refusal(await revokedBrowser.session())).toEqual([401, 'console_session_invalid'])
    expect(refusal(await revokedBrowser.send('GET', '/v1/connections'))[0]).toBe(401)

    const rotated = await add()
    const rotatedBrowser = await enter(rotated.text.reveal())
    const overlapMs = 10 * MINUTE_MS
    await services.accessKeys.rotate(rotated.view.id, { actor: 'local' }, { overlapMs })
    expect((await rotatedBrowser.session()).status).toBe(200)
    clock.advance(overlapMs)
    expect(refusal(await rotatedBrowser.session())).toEqual([401, 'console_session_invalid'])

    const end = new Date(clock.now().getTime() + 30 * MINUTE_MS)
    const expiring = await enter((await add(end)).text.reveal())
    expect((await expiring.session()).json).toMatchObject({ expiresAt: end.toISOString() })
    clock.advance(30 * MINUTE_MS)
    expect(refusal(await expiring.session())).toEqual([401, 'console_session_invalid'])
  })

  test('has the rights that its access key has now, and gives nobody more', async () => {
    const { services, enter } = await serve()
    const by = { actor: 'local' }
    const { view, text } = await services.accessKeys.add({ name: 'k', rules: everything }, by)
    const browser = await enter(text.reveal())
    expect((await browser.send('GET', '/v1/connections')).status).toBe(200)
    const rules = [{ connections: ['acme'], verbs: ['admin' as const] }]
    await services.accessKeys.update(view.id, { name: 'k', rules }, by)
    expect(refusal(await browser.send('GET', '/v1/connections'))).toEqual([403, 'access_denied'])
    const more = await browser.send('POST', '/v1/access-keys', { name: 'x', rules: everything })
    expect(refusal(more)).toEqual([403, 'access_denied'])
  })

  test('takes no access key that is not good, and lets nobody guess on', async () => {
    const { keys, services, signIn, as } = await serve()
    const [id] = (await services.accessKeys.list()).map((view) => view.id)
    const end = keys.all.slice(-43)
    for (const text of [
      '',
      'x',
      `postern_${id}_${end.replace(/./, (c) => (c === 'a' ? 'b' : 'a'))}`,
    ])
      expect(refusal(await signIn(text))).toEqual([401, 'access_key_invalid'])
    const guesses = await Promise.all(Array.from({ length: 30 }, () => signIn('postern_x')))
    expect(guesses.map(({ status }) => status)).toContain(429)
    // Nobody is refused for asking whether they are signed in.
    const unknown = await Promise.all(Array.from({ length: 30 }, () => as('other=1').session()))
    expect(new Set(unknown.map(({ json }) => json?.['code']))).toEqual(
      new Set(['console_session_missing']),
    )
  })

  test('takes the link that the server showed, once, within ten minutes, for all but approving', async () => {
    const { services, clock, own, send, as, cookieOf } = await serve()
    const localKey = services.accessKeys.addLocal()
    const enterBy = (link: string) =>
      send('POST', PATH, { key: null, headers: own, body: { link } })
    const link = services.consoleSessions.addLink(localKey).reveal()
    const cut = link.slice(0, -1)
    expect(refusal(await enterBy(cut))).toEqual([401, 'console_link_invalid'])
    const answers = await Promise.all(Array.from({ length: 5 }, () => enterBy(link)))
    const [first, ...others] = answers.toSorted((one, other) => one.status - other.status)
    expect(first?.json).toMatchObject({
      session: { name: 'local', actor: 'local', kind: 'access-key' },
    })
    expect(JSON.stringify(first?.json)).not.toContain('approve')
    expect(others.map(refusal)).toEqual(Array(4).fill([410, 'console_link_over']))
    if (first === undefined) throw new Error('nobody got in')
    const browser = as(cookieOf(first))
    expect((await browser.send('GET', '/v1/connections')).status).toBe(200)
    const late = services.consoleSessions.addLink(localKey).reveal()
    clock.advance(10 * MINUTE_MS)
    expect(refusal(await enterBy(late))).toEqual([410, 'console_link_over'])
    // The access key of a process ends with it, and so does what was begun by its link.
    services.accessKeys.addLocal()
    expect(refusal(await browser.session())).toEqual([401, 'console_session_invalid'])
  })

  test.each([
    ['of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['of another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['that hides its origin', { origin: 'null' }],
    ['in a program, which names none', { origin: '' }],
  ])('signs nobody in from a page %s, nor out', async (_where, headers) => {
    const { keys, own, signIn, cookieOf, send } = await serve()
    const sent = Object.fromEntries(
      Object.entries({ ...own, ...headers }).filter(([, value]) => value !== ''),
    )
    expect(refusal(await signIn(keys.all, sent))).toEqual([403, 'request_cross_origin'])
    const cookie = cookieOf(await signIn(keys.all))
    const out = await send('DELETE', PATH, { key: null, headers: { ...sent, cookie } })
    expect(refusal(out)).toEqual([403, 'request_cross_origin'])
  })

  test('signs nobody in without its own header, nor by a body that a form can send', async () => {
    const { keys, own, signIn, send } = await serve()
    const { 'x-postern-console': _, ...plain } = own
    expect(refusal(await signIn(keys.all, plain))).toEqual([403, 'console_header_missing'])
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { ...own, 'content-type': type }
      const body = JSON.stringify({ accessKey: keys.all })
      const answer = await send('POST', PATH, { key: null, headers, body })
      expect(refusal(answer)).toEqual([415, 'request_media_type'])
    }
  })

  test('is called by its own name alone, whoever resolves another one to it', async () => {
    const { url, keys, own, enter, as, signIn, cookieOf } = await serve()
    expect((await (await enter(keys.all)).session()).status).toBe(200)
    const cookie = cookieOf(await signIn(keys.all))
    const host = `rebound.example:${new URL(url).port}`
    const headers = { ...own, host, origin: `http://${host}`, cookie }
    const rebound = await sendRaw(url, { path: PATH, headers })
    expect([rebound.status, rebound.code]).toEqual([421, 'request_host_unknown'])
    expect((await as(`${cookie}; ${cookie}`).session()).json).toMatchObject({
      code: 'console_session_invalid',
    })
  })

  test('has a cookie for https alone where a browser knows it by https', async () => {
    const publicUrl = 'https://postern.example.com'
    const { url, keys, own, services } = await serve({ publicUrl })
    const outside = { ...own, host: 'postern.example.com', origin: publicUrl }
    const signedIn = await post(url, outside, { accessKey: keys.all })
    const [cookie = ''] = signedIn.cookies
    expect(cookie).toMatch(
      /^__Host-postern=\S+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    )
    const [pair = ''] = cookie.split(';')
    const ask = (headers: Record<string, string>) => sendRaw(url, { path: PATH, headers })
    expect((await ask({ ...outside, cookie: pair })).status).toBe(200)
    // Another host of the domain could set a name without the prefix.
    const [, value = ''] = pair.split('=')
    for (const name of ['postern-console-443', 'postern-console-80', 'postern-console'])
      expect((await ask({ ...outside, cookie: `${name}=${value}` })).code).toBe(
        'console_session_missing',
      )
    expect(services.publicUrl).toBe(url)
  })
})

test.each([
  ['https://postern.example.com', '__Host-postern'],
  ['https://127.0.0.1:7478', '__Host-postern'],
  ['http://127.0.0.1:7478', 'postern-console-7478'],
  ['http://localhost:8080', 'postern-console-8080'],
  ['http://[::1]:7478', 'postern-console-7478'],
  // There it would travel in clear.
  ['http://10.0.0.5:7478', undefined],
  ['http://postern.example.com', undefined],
  ['http://localhost.example.com', undefined],
])('at %s the cookie is called %s', (origin, name) => {
  expect(cookieNameAt(origin)).toBe(name)
})

/** A POST under any Host. */
function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<{ readonly status: number | undefined; readonly cookies: readonly string[] }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${PATH}`,
      { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } },
      (answer) => {
        answer.resume()
        resolve({ status: answer.statusCode, cookies: answer.headers['set-cookie'] ?? [] })
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}
