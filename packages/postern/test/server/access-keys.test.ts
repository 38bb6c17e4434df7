/** @module Access keys: made, recognised, rotated, revoked, and never giving more than their maker has. */

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import type { AccessRule } from '../../src/config/access-rules.ts'
import { AccessKeys, sharedStoreCacheMs } from '../../src/server/access-keys.ts'
import { readAccessKeys, rotateAccessKey } from '../../src/store/access-keys.ts'
import type { Store } from '../../src/store/store.ts'
import { serveApp } from './served-app.ts'

const rules: AccessRule[] = [{ connections: ['acme'], verbs: ['read'] }]
const DAY_MS = 86_400_000

describe.each(stores)('access keys on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const serve = () =>
    serveApp({
      store: opened.store,
      keys: {
        all: [
          {
            connections: ['*'],
            verbs: ['read', 'sync', 'act', 'proxy', 'token', 'keys', 'admin', 'approve'],
          },
        ],
        acmeAdmin: [{ connections: ['acme'], verbs: ['admin', 'read'] }],
        limited: [
          { connections: ['acme'], verbs: ['admin'] },
          { connections: ['acme'], verbs: ['proxy'], methods: ['GET'], paths: ['/api/v1/users'] },
        ],
        reader: [{ connections: ['*'], verbs: ['read'] }],
        actor: [{ connections: ['acme'], verbs: ['admin', 'act'] }],
        adder: [
          { connections: ['acme'], verbs: ['admin'] },
          {
            connections: ['acme'],
            verbs: ['act'],
            actions: ['group.add_member', 'reads'],
            approval: 'required',
          },
        ],
      },
    })

  test('one that is added is recognised, and its text is told that once', async () => {
    const served = await serve()
    const { status, json } = await served.send('POST', '/v1/access-keys', {
      body: { name: 'robot', rules, expiresAt: '2999-01-01T00:00:00Z' },
    })
    expect(status).toBe(201)
    const { text, ...view } = json ?? {}
    expect(text).toMatch(/^postern_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/)
    expect(view).toEqual({
      id: String(text).split('_')[1],
      name: 'robot',
      rules,
      createdAt: served.clock.now().toISOString(),
      expiresAt: '2999-01-01T00:00:00.000Z',
    })
    const read = await served.send('GET', `/v1/access-keys/${view['id']}`)
    expect([read.status, read.json]).toEqual([200, view])
    const { status: answered } = await served.send('GET', '/v1/access-keys', { key: String(text) })
    expect(answered).toBe(403)
  })

  test('one that ends gives none that lasts longer', async () => {
    const served = await serve()
    const beganMs = served.clock.now().getTime()
    const at = (ms: number) => new Date(beganMs + ms).toISOString()
    const add = (key: string | undefined, expiresAt: string | undefined) =>
      served.send('POST', '/v1/access-keys', {
        ...(key === undefined ? {} : { key }),
        body: {
          name: `brief ${key === undefined ? 1 : 2}`,
          rules: [{ connections: ['acme'], verbs: ['admin'] }],
          expiresAt,
        },
      })
    const brief = String((await add(undefined, at(DAY_MS))).json?.['text'])
    for (const later of [undefined, at(DAY_MS + 1)]) {
      const { status, json } = await add(brief, later)
      expect([status, json?.['code']]).toEqual([403, 'access_denied'])
    }
    expect(await add(brief, at(DAY_MS - 1))).toMatchObject({ status: 201 })
  })

  test('of two rotations that began at the same time one is refused', async () => {
    const accessKeys = new AccessKeys({ store: opened.store, clock: new TestClock() })
    const { view } = await accessKeys.add({ name: 'raced', rules }, { actor: 'local' })
    const row = (await readAccessKeys(opened.store)).find(({ id }) => id === view.id)
    if (row === undefined) throw new Error('The access key is not there.')
    const rotateTo = (byte: number) =>
      rotateAccessKey(opened.store, row, {
        secret_hash: new Uint8Array(32).fill(byte),
        previous_hash: row.secret_hash,
        previous_until: null,
      })
    expect([await rotateTo(1), await rotateTo(2)]).toEqual([true, false])
  })

  test('one that is revoked is good no more, also where the store does not answer behind it', async () => {
    let isLost = false
    const store = new Proxy(opened.store, {
      get: (target, name) => {
        if (name === 'transaction') {
          return async (work: () => Promise<unknown>) => {
            const result = await target.transaction(work)
            isLost = true
            return result
          }
        }
        if (name === 'db' && isLost) throw new Error('lost')
        return Reflect.get(target, name)
      },
    })
    const accessKeys = new AccessKeys({ store, clock: new TestClock() })
    const other = new AccessKeys({ store: opened.store, clock: new TestClock() })
    const { view, text } = await other.add({ name: 'gone', rules }, { actor: 'local' })
    expect(await accessKeys.recognise(text.reveal())).toBeDefined()
    await expect(accessKeys.revoke(view.id, { actor: 'local' })).rejects.toThrow('lost')
    isLost = false
    expect(await accessKeys.recognise(text.reveal())).toBeUndefined()
  })

  test('the tables hold nothing that could be presented', async () => {
    const { keys } = await serve()
    const dump = await opened.dump()
    expect(dump).toContain(idOf(keys.all))
    for (const text of Object.values(keys)) {
      const secret = text.slice(text.indexOf('_', 8) + 1)
      for (const form of [
        secret,
        Buffer.from(secret).toString('hex'),
        bytesOf(secret).toString('hex'),
      ])
        expect(dump).not.toContain(form)
    }
  })

  test('missing, malformed, unknown, wrong, expired and revoked get the same answer', async () => {
    const served = await serve()
    const { services, clock, keys } = served
    const by = { actor: 'local' }
    const expiresAt = new Date(clock.now().getTime() + DAY_MS)
    const expired = await services.accessKeys.add({ name: 'expired', rules, expiresAt }, by)
    const revoked = await services.accessKeys.add({ name: 'revoked', rules }, by)
    await services.accessKeys.revoke(revoked.view.id, by)
    clock.advance(DAY_MS)
    const wrong = [
      null,
      'x',
      'postern_0123456789abcdef_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      `${keys.all.slice(0, -1)}${keys.all.endsWith('A') ? 'B' : 'A'}`,
      expired.text.reveal(),
      revoked.text.reveal(),
    ]
    const answers = await Promise.all(
      wrong.map((key) => served.send('GET', '/v1/access-keys', { key })),
    )
    const seen = answers.map(({ status, headers, text }) => {
      const id = headers.get('x-request-id') ?? ''
      const rest = [...headers].filter(([name]) => name !== 'date')
      return `${status} ${JSON.stringify(rest)} ${text}`.replaceAll(id, 'ID')
    })
    expect(answers[0]?.status).toBe(401)
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer')
    expect(new Set(seen).size).toBe(1)
  })

  test.each(['Basic', 'SSWS', 'DPoP'])('Authorization: %s is no access key', async (scheme) => {
    const { send, keys } = await serve()
    const headers = { authorization: `${scheme} ${keys.all}` }
    expect((await send('GET', '/v1/access-keys', { key: null, headers })).status).toBe(401)
  })

  test.each(['cookie', 'x-api-key', 'proxy-authorization', 'dpop'])(
    'a request that has %s too is refused',
    async (name) => {
      const { send } = await serve()
      const { status, json, text } = await send('GET', '/v1/access-keys', {
        headers: { [name]: 'value-of-header' },
      })
      expect([status, json?.['code']]).toEqual([400, 'access_header_refused'])
      expect(text).not.toContain('value-of-header')
    },
  )

  test('one that is rotated keeps its old text for the overlap, and no longer', async () => {
    const { send, services, clock } = await serve()
    const { view, text } = await services.accessKeys.add(
      { name: 'robot', rules },
      { actor: 'local' },
    )
    const { status, json } = await send('POST', `/v1/access-keys/${view.id}/rotate`, {
      body: { overlapSeconds: 60 },
    })
    expect(status).toBe(200)
    const old = text.reveal()
    const renewed = String(json?.['text'])
    expect(json?.['previousUntil']).toBe(new Date(clock.now().getTime() + 60_000).toISOString())
    const good = async (key: string) => (await services.accessKeys.recognise(key)) !== undefined
    expect([await good(old), await good(renewed)]).toEqual([true, true])
    clock.advance(60_000)
    expect([await good(old), await good(renewed)]).toEqual([false, true])
  })

  test('one that is rotated twice keeps the last two texts', async () => {
    const { services } = await serve()
    const first = await services.accessKeys.add({ name: 'robot', rules }, { actor: 'local' })
    const second = await services.accessKeys.rotate(first.view.id, { actor: 'local' })
    const third = await services.accessKeys.rotate(first.view.id, { actor: 'local' })
    const good = await Promise.all(
      [first, second, third].map(({ text }) => services.accessKeys.recognise(text.reveal())),
    )
    expect(good.map((caller) => caller?.actor)).toEqual([
      undefined,
      `access-key:${first.view.id}`,
      `access-key:${first.view.id}`,
    ])
  })

  test('one that is revoked is refused from then on, and cannot be rotated', async () => {
    const { send, services } = await serve()
    const { view, text } = await services.accessKeys.add(
      { name: 'robot', rules },
      { actor: 'local' },
    )
    expect((await send('DELETE', `/v1/access-keys/${view.id}`)).status).toBe(204)
    expect(await services.accessKeys.recognise(text.reveal())).toBeUndefined()
    const rotated = await send('POST', `/v1/access-keys/${view.id}/rotate`)
    expect([rotated.status, rotated.json?.['code']]).toEqual([409, 'access_key_revoked'])
    const again = await send('DELETE', `/v1/access-keys/${view.id}`)
    expect([again.status, again.json?.['code']]).toEqual([409, 'access_key_revoked'])
  })

  test('each change has its row in the audit log', async () => {
    const { send } = await serve()
    const added = await send('POST', '/v1/access-keys', { body: { name: 'audited', rules } })
    const id = String(added.json?.['id'])
    await send('POST', `/v1/access-keys/${id}/rotate`)
    const revoked = await send('DELETE', `/v1/access-keys/${id}`)
    const rows = await opened.store.db
      .selectFrom('audit')
      .select(['actor', 'action', 'outcome', 'request_id'])
      .where('target', '=', id)
      .orderBy('seq')
      .execute()
    expect(rows.map(({ actor, action, outcome }) => [actor, action, outcome])).toEqual([
      ['local', 'access-key.add', 'ok'],
      ['local', 'access-key.rotate', 'ok'],
      ['local', 'access-key.revoke', 'ok'],
    ])
    expect(rows[2]?.request_id).toBe(revoked.headers.get('x-request-id'))
  })

  describe('nobody gives what they do not have', () => {
    const other = [{ connections: ['other'], verbs: ['read'] }]
    const wide = [{ connections: ['*'], verbs: ['read'] }]
    const act = (more: object) => [{ connections: ['acme'], verbs: ['act'], ...more }]
    const limitless = [{ connections: ['acme'], verbs: ['act', 'token'], actions: ['reads'] }]
    const proxy = (more: object) => [{ connections: ['acme'], verbs: ['proxy'], ...more }]
    test.each([
      ['acmeAdmin', 'a key for its own connection', rules, 201],
      ['acmeAdmin', 'a key for another connection', other, 403],
      ['acmeAdmin', 'a key for all connections', wide, 403],
      ['acmeAdmin', 'a verb that it lacks', act({}), 403],
      [
        'limited',
        'proxy below its path',
        proxy({ methods: ['GET'], paths: ['/api/v1/users/me'] }),
        201,
      ],
      ['limited', 'proxy without limits', proxy({}), 403],
      [
        'limited',
        'proxy with other methods',
        proxy({ methods: ['GET', 'POST'], paths: ['/api/v1/users'] }),
        403,
      ],
      [
        'limited',
        'proxy to a path that only begins alike',
        proxy({ methods: ['GET'], paths: ['/api/v1/users2'] }),
        403,
      ],
      [
        'adder',
        'its own action',
        act({ actions: ['group.add_member'], approval: 'required' }),
        201,
      ],
      ['adder', 'its action without approval', act({ actions: ['group.add_member'] }), 403],
      ['adder', 'another action', act({ actions: ['user.find'], approval: 'required' }), 403],
      ['adder', 'every action', act({ approval: 'required' }), 403],
      ['actor', 'every action', act({}), 201],
      ['actor', 'an action with approval', act({ actions: ['reads'], approval: 'required' }), 201],
      [undefined, 'act beside token with limits', limitless, 400],
      ['reader', 'anything', rules, 403],
      ['all', 'approve', [{ connections: ['acme'], verbs: ['approve'] }], 201],
      [undefined, 'approve', [{ connections: ['acme'], verbs: ['approve'] }], 403],
    ] as const)('%s gives %s', async (name, _what, given, expected) => {
      const { send, keys } = await serve()
      const key = name === undefined ? {} : { key: keys[name] }
      const { status } = await send('POST', '/v1/access-keys', {
        ...key,
        body: { name: 'given', rules: given },
      })
      expect(status).toBe(expected)
    })

    test('nor takes it over by rotating the key of somebody who has it', async () => {
      const { send, services } = await serve()
      const approver = await services.accessKeys.add(
        { name: 'approver', rules: [{ connections: ['acme'], verbs: ['approve'] }] },
        { actor: 'local' },
      )
      const path = `/v1/access-keys/${approver.view.id}`
      expect((await send('POST', `${path}/rotate`)).status).toBe(403)
      expect((await send('DELETE', path)).status).toBe(204)
    })

    test('nor sees or ends a key for connections that are not theirs, which is as if it were not there', async () => {
      const { send, keys } = await serve()
      const key = keys.acmeAdmin
      const listed = await send('GET', '/v1/access-keys', { key })
      expect(JSON.stringify(listed.json)).not.toContain(idOf(keys.all))
      const answers = await Promise.all(
        [idOf(keys.all), '0000000000000000'].flatMap((id) => [
          send('GET', `/v1/access-keys/${id}`, { key }),
          send('POST', `/v1/access-keys/${id}/rotate`, { key }),
          send('DELETE', `/v1/access-keys/${id}`, { key }),
          send('PATCH', `/v1/access-keys/${id}`, {
            key,
            body: { expiresAt: '2100-01-01T00:00:00Z' },
          }),
        ]),
      )
      const bodies = answers.map(({ status, json }) => ({ ...json, status, requestId: '' }))
      expect(bodies.every(({ status }) => status === 404)).toBe(true)
      expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
    })
  })

  test('a rule that limits paths gives no token, which would obey none', async () => {
    const { send } = await serve()
    const limited = [{ connections: ['acme'], verbs: ['proxy', 'token'], paths: ['/api/v1/users'] }]
    const { status, json } = await send('POST', '/v1/access-keys', {
      body: { name: 'limited', rules: limited },
    })
    expect(status).toBe(400)
    expect(json?.['problems']).toEqual([
      { in: 'body', path: 'rules[0].verbs', message: expect.stringContaining('read and proxy') },
    ])
  })

  test('an end that has passed is refused', async () => {
    const { send } = await serve()
    const { status, json } = await send('POST', '/v1/access-keys', {
      body: { name: 'late', rules, expiresAt: '2020-01-01T00:00:00Z' },
    })
    expect([status, json?.['code']]).toEqual([422, 'access_key_expired'])
  })

  test('one whose end is moved is good until then, with what it gave before', async () => {
    const { send, clock, services } = await serve()
    const soon = new Date(clock.now().getTime() + 60_000)
    const by = { actor: 'test' }
    const { view, text } = await services.accessKeys.add(
      { name: 'run', rules, expiresAt: soon },
      by,
    )
    const path = `/v1/access-keys/${view.id}`
    const expiresAt = new Date(soon.getTime() + 60_000).toISOString()
    const { status, json } = await send('PATCH', path, { body: { expiresAt } })
    expect([status, json]).toEqual([
      200,
      { id: view.id, name: 'run', rules, createdAt: view.createdAt.toISOString(), expiresAt },
    ])
    clock.advance(90_000)
    expect(await services.accessKeys.recognise(text.reveal())).toBeDefined()
    const late = await send('PATCH', path, { body: { expiresAt: soon.toISOString() } })
    expect([late.status, late.json?.['code']]).toEqual([422, 'access_key_expired'])
    clock.advance(60_000)
    expect(await services.accessKeys.recognise(text.reveal())).toBeUndefined()
  })

  test('a last use is shown at once', async () => {
    const { services, clock } = await serve()
    const { view, text } = await services.accessKeys.add(
      { name: 'robot', rules },
      { actor: 'local' },
    )
    await services.accessKeys.recognise(text.reveal())
    expect((await services.accessKeys.get(view.id)).lastUsedAt).toEqual(clock.now())
    await services.accessKeys.flush()
    const { last_used_at } = await opened.store.db
      .selectFrom('access_key')
      .select('last_used_at')
      .where('id', '=', view.id)
      .executeTakeFirstOrThrow()
    expect(last_used_at).toEqual(clock.now())
  })

  test('a caller is recognised without asking the database', async () => {
    const { store, count } = counted(opened.store)
    const clock = new TestClock()
    const accessKeys = new AccessKeys({ store, clock, cacheMs: Number.POSITIVE_INFINITY })
    const { text } = await accessKeys.add({ name: 'robot', rules }, { actor: 'local' })
    const before = count()
    for (let second = 0; second < 100; second++) {
      clock.advance(1_000)
      await accessKeys.recognise(text.reveal())
    }
    expect(count()).toBe(before)
    await accessKeys.flush()
    expect(count()).toBe(before + 1)
  })
})

test('a change that another process made on the same database is seen within a second', async () => {
  const postgres = stores.find(({ name }) => name === 'PostgreSQL')
  const opened = await postgres?.open()
  if (opened === undefined) throw new Error('there is no PostgreSQL')
  onTestFinished(() => opened.close())
  const clock = new TestClock()
  const here = new AccessKeys({ store: opened.store, clock })
  await here.list()
  const elsewhere = new AccessKeys({ store: opened.store, clock })
  const { view, text } = await elsewhere.add({ name: 'robot', rules }, { actor: 'local' })
  clock.advance(sharedStoreCacheMs)
  expect(await here.recognise(text.reveal())).toBeDefined()
  await elsewhere.revoke(view.id, { actor: 'local' })
  clock.advance(sharedStoreCacheMs)
  expect(await here.recognise(text.reveal())).toBeUndefined()
})

/** The same store, counting how often its database is asked for. */
function counted(store: Store): { store: Store; count: () => number } {
  let asked = 0
  const watched = {
    kind: store.kind,
    get db() {
      asked += 1
      return store.db
    },
    transaction: <Result>(work: () => Promise<Result>) => store.transaction(work),
  }
  return { store: watched as Store, count: () => asked }
}

function idOf(text: string): string {
  return text.split('_')[1] ?? ''
}

function bytesOf(secret: string): Buffer {
  return Buffer.from(secret, 'base64url')
}
