/** @module Lists that are given whole: every row, in a form that a spreadsheet runs nothing of, or an end that is none. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { Api } from '../../src/server/api.ts'
import { columnsOf, rowSchemaOf } from '../../src/server/list-columns.ts'
import { addRoutes } from '../../src/server/routes.ts'
import { type HeldPage, heldList, readToEnd } from './held-list.ts'
import { openEmbedded, serveApp } from './served-app.ts'

const CSV = { accept: 'text/csv' }
const LINES = { accept: 'application/jsonl' }
const reader = [{ connections: ['*'], verbs: ['read' as const] }]

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const declared = new Api()
addRoutes(declared)
const routes = declared.routes.map(({ route }) => route)

// Catalogues of this version, and what nobody keeps for longer than an hour.
const NEVER_WHOLE = ['listConnectSessions', 'listInputs', 'listKeyDrafts', 'listSinkKinds']

describe('every list', () => {
  test('is given whole, but for those that are none of a person’s', () => {
    const lists = routes.filter(({ operationId }) => /^list[A-Z]/.test(operationId))
    const others = lists.filter(({ list }) => list === undefined)
    expect(others.map(({ operationId }) => operationId).toSorted()).toEqual(NEVER_WHOLE)
  })

  test.each(
    routes.flatMap((route) =>
      route.list ? [[route.operationId, route, route.list] as const] : [],
    ),
  )('%s has columns, and takes the cursor that it gives', (_name, route, list) => {
    const columns = columnsOf(rowSchemaOf(route, list)).map(({ name }) => name)
    expect(columns.length).toBeGreaterThan(1)
    expect(new Set(columns).size).toBe(columns.length)
    const members = Object.keys(route.query?.shape ?? {})
    expect(members.includes('limit')).toBe(list.pageRows !== undefined)
    if (list.cursor !== undefined) expect(members).toContain(list.cursor)
  })
})

const serve = (pages: readonly HeldPage[], options: { readonly endless?: boolean } = {}) => {
  const list = heldList(pages, options)
  const app = { addRoutes: list.addRoutes }
  return serveApp({ store: opened.store, app, keys: { reader, other: reader } }).then((served) => ({
    ...served,
    list,
    get: (accept: string | undefined, path = '/rows', key: string = served.keys.reader) =>
      served.send('GET', path, { key, headers: accept === undefined ? {} : { accept } }),
    open: (signal?: AbortSignal, key: string = served.keys.reader) =>
      fetch(`${served.url}/rows`, {
        headers: { ...LINES, authorization: `Bearer ${key}` },
        signal: signal ?? null,
      }),
  }))
}

describe('a whole list', () => {
  test('has the rows of every page, an empty one among them, and a name', async () => {
    const { get } = await serve([() => ['a', '=1+1'], () => [], () => ['c\n"d"']])
    const csv = await get('text/csv')
    expect(csv.text).toBe('text\r\na\r\n\'=1+1\r\n"c\n""d"""\r\n')
    expect(Object.fromEntries(csv.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="rows.csv"',
      'cache-control': 'no-store',
      'x-request-id': expect.any(String),
    })
    const lines = await get('application/jsonl')
    expect(lines.lines).toEqual([{ text: 'a' }, { text: '=1+1' }, { text: 'c\n"d"' }])
    expect(lines.headers.get('content-disposition')).toBe('attachment; filename="rows.jsonl"')
  })

  test.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json, text/csv', 'application/json'],
    ['text/csv;q=0.5, application/json;q=0.4', 'text/csv'],
    ['text/html, text/csv;q=0', 'application/json'],
    ['TEXT/CSV; header=present', 'text/csv'],
    ['text/plain, application/jsonl, */*;q=0.1', 'application/jsonl'],
    ['constructor, __proto__', 'application/json'],
  ])('is what Accept: %s wants, as %s', async (accept, type) => {
    const { get } = await serve([() => ['a']])
    const { headers } = await get(accept)
    expect(headers.get('content-type')?.split(';')[0]).toBe(type)
  })

  test.each(['limit=1', 'cursor=0', 'cursor=1&limit=1'])(
    'is no page: %s is refused',
    async (query) => {
      const { get } = await serve([() => ['a'], () => ['b']])
      const { status, json } = await get('text/csv', `/rows?${query}`)
      expect([status, json?.['code']]).toEqual([400, 'request_invalid'])
      expect(json?.['problems']).toHaveLength(query.split('&').length)
      expect((await get(undefined, `/rows?${query}`)).status).toBe(200)
    },
  )

  test('that cannot be begun is refused like any other request', async () => {
    const { get, send } = await serve([
      () => {
        throw new Error('the secret of the store')
      },
    ])
    const failed = await get('text/csv')
    expect([failed.status, failed.json?.['code']]).toEqual([500, 'server_failed'])
    expect(failed.text).not.toContain('secret')
    const nobody = await send('GET', '/rows', { key: null, headers: CSV })
    expect([nobody.status, nobody.json?.['code']]).toEqual([401, 'access_key_invalid'])
  })
})

describe('a list that breaks', () => {
  const broken: readonly HeldPage[] = [
    () => ['a'],
    () => {
      throw new Error('the secret of the store')
    },
  ]

  test('never ends as a whole one does, and says nothing of why', async () => {
    const { open, list, logged } = await serve(broken)
    const response = await open()
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    expect(list.asked()).toBe(2)
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'a list was cut off', code: 'server_failed' }),
    )
  })

  test('is reset for a caller that takes the end of the connection for the end of the list', async () => {
    const { url, keys } = await serve(broken)
    const { text, ended } = await readToEnd(url, '/rows', {
      ...LINES,
      authorization: `Bearer ${keys.reader}`,
    })
    expect(ended).toBe('ECONNRESET')
    expect(text).not.toContain('secret')
  })

  test('ends well for that caller where it does not break', async () => {
    const { url, keys } = await serve([() => ['a'], () => ['b']])
    const headers = { ...LINES, authorization: `Bearer ${keys.reader}` }
    const { text, ended } = await readToEnd(url, '/rows', headers)
    expect([text.split('\r\n\r\n')[1], ended]).toEqual(['{"text":"a"}\n{"text":"b"}\n', 'end'])
  })

  test('is what comes of one whose access key is revoked meanwhile', async () => {
    const revoked = Promise.withResolvers<readonly string[]>()
    const { open, services, keys, list } = await serve([
      () => ['a'],
      () => revoked.promise,
      () => ['c'],
    ])
    const response = await open()
    const [, id = ''] = keys.reader.split('_')
    await services.accessKeys.revoke(id, { actor: 'local' }, { forget: false })
    revoked.resolve(['b'])
    await expect(response.text()).rejects.toThrow()
    expect(list.asked()).toBe(2)
  })

  test('is what comes of one when the server stops, over HTTP/1.0 too', async () => {
    const never = Promise.withResolvers<readonly string[]>()
    const { open, close, url, keys, list } = await serve([() => ['a'], () => never.promise])
    const headers = { ...LINES, authorization: `Bearer ${keys.reader}` }
    const old = readToEnd(url, '/rows', headers)
    const text = (await open()).text()
    await expect.poll(list.asked).toBe(4)
    await Promise.all([close(1), expect(text).rejects.toThrow()])
    expect((await old).ended).toBe('ECONNRESET')
    never.resolve([])
  })
})

/** How many pages were asked for, once no more are. */
async function settled({ asked }: { readonly asked: () => number }): Promise<number> {
  let before = 0
  const isSettled = () => {
    const last = before
    before = asked()
    return before === last
  }
  await expect.poll(isSettled, { interval: 200 }).toBe(true)
  return before
}

describe('what whole lists cost', () => {
  const page = () => Array.from({ length: 100 }, () => 'x'.repeat(10_000))

  test('a caller that takes nothing is read nothing more for', async () => {
    const { open, list } = await serve([page], { endless: true })
    const gone = new AbortController()
    const response = await open(gone.signal)
    // What the system keeps for the connection is full at some time.
    expect(await settled(list)).toBeLessThan(50)
    gone.abort()
    await expect(response.text()).rejects.toThrow()
  })

  test('a caller that goes away ends its list, and may begin another', async () => {
    const { open, list, close } = await serve([page], { endless: true })
    const gone = new AbortController()
    await Promise.all([1, 2, 3, 4].map(() => open(gone.signal)))
    const refused = await open()
    expect(refused.status).toBe(429)
    await refused.text()
    gone.abort()
    const next = new AbortController()
    await expect.poll(async () => (await open(next.signal)).status).toBe(200)
    next.abort()
    await settled(list)
    // The client of this test keeps connections for what comes next.
    await close(1)
  })

  test('HEAD has no list, and holds no place for one', async () => {
    const { send, list } = await serve([page], { endless: true })
    for (let times = 0; times < 6; times++) {
      const { status, text, headers } = await send('HEAD', '/rows', { headers: CSV })
      expect([status, text]).toEqual([200, ''])
      expect(headers.get('content-disposition')).toBe('attachment; filename="rows.csv"')
    }
    await settled(list)
  })

  test('one caller has four at the same time, and others have their own', async () => {
    const released = Promise.withResolvers<readonly string[]>()
    const { open, get, keys } = await serve([() => ['a'], () => released.promise])
    const running = await Promise.all([open(), open(), open(), open()])
    expect(running.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const refused = await get('text/csv')
    expect([refused.status, refused.json?.['code']]).toEqual([429, 'request_too_many'])
    expect(refused.headers.get('retry-after')).toBe('1')
    expect((await get(undefined)).status).toBe(200)
    const others = await open(undefined, keys.other)
    expect(others.status).toBe(200)
    released.resolve(['b'])
    const texts = await Promise.all([...running, others].map((response) => response.text()))
    expect(new Set(texts)).toEqual(new Set(['{"text":"a"}\n{"text":"b"}\n']))
    expect((await get('text/csv')).status).toBe(200)
  })
})
