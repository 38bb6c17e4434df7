/** @module Every route with every kind of access key, with the token of a Connect session, and with the cookie of the console: who is let in, who is not, and in which words. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { type Verb, verbs } from '../../src/config/access-rules.ts'
import type { AccessKeys } from '../../src/server/access-keys.ts'
import { type Access, Api, type Route } from '../../src/server/api.ts'
import { createApp } from '../../src/server/app.ts'
import { addRoutes } from '../../src/server/routes.ts'
import { openEmbedded, openServices } from './served-app.ts'

const declared = new Api()
addRoutes(declared)
const routes = declared.routes.map(({ route }) => route)
const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`

const REACHED = 299
const by = { actor: 'local' }
const clock = new TestClock()
let opened: TestStore
let accessKeys: AccessKeys
let app: ReturnType<typeof createApp>
/** Keys with one verb: on every connection, on `mine`, on `theirs`. */
const keys = new Map<string, string>()
let expired = ''
/** Tokens of Connect sessions. */
const sessions = { open: '', revoked: '' }
/** Cookies of console sessions: of an access key with every verb, one that has ended, of one with `read` alone. */
const cookies = { all: '', ended: '', read: '' }

beforeAll(async () => {
  opened = await openEmbedded()
  const services = openServices({ store: opened.store, clock })
  accessKeys = services.accessKeys
  // What is asked here is who gets as far as the handler, whatever the request says.
  const addUnjudged = (api: Api) => {
    for (const { params, query, body, event, ...route } of routes)
      api.add(route, () => new Response('', { status: REACHED }))
  }
  app = createApp(services, { addRoutes: addUnjudged })
  for (const verb of verbs)
    for (const connection of ['*', 'mine', 'theirs'])
      keys.set(`${verb} ${connection}`, await keyFor(verb, connection))
  const expiresAt = new Date(clock.now().getTime() + 1_000)
  const rules = verbs.map((verb) => ({ connections: ['*'], verbs: [verb] }))
  expired = (await accessKeys.add({ name: 'expired', rules, expiresAt }, by)).text.reveal()
  clock.advance(1_000)
  const { connectSessions } = services
  const openOne = async (name: string) => {
    const { row, link } = await connectSessions.add({ name }, by)
    return { id: row.id, ...(await connectSessions.open(link.reveal(), undefined)) }
  }
  sessions.open = (await openOne('mine')).token.reveal()
  const revoked = await openOne('theirs')
  sessions.revoked = revoked.token.reveal()
  await connectSessions.revoke(revoked.id, by)
  const { text } = await accessKeys.add({ name: 'all', rules }, by)
  const signIn = async (key: string) => {
    const { session, cookie } = await services.consoleSessions.beginByKey(key, 'request')
    return { id: session.id, cookie: `postern-console-80=${cookie.reveal()}` }
  }
  cookies.all = (await signIn(text.reveal())).cookie
  cookies.read = (await signIn(keys.get('read *') ?? '')).cookie
  const ended = await signIn(text.reveal())
  cookies.ended = ended.cookie
  await services.consoleSessions.end(ended.id, by)
})
afterAll(() => opened.close())

test('every route of the description is in this matrix, and none besides', async () => {
  const services = openServices({ store: opened.store, clock })
  const answer = await createApp(services).request('/openapi.json')
  const { paths = {} } = await answer.json()
  const described = Object.entries<object>(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.toSorted()).toEqual(routes.map(nameOf).toSorted())
})

test('a route without a declared access is none', () => {
  const route = { method: 'get', path: '/x', operationId: 'x', tag: 'x', summary: 'x' } as const
  // @ts-expect-error - the type check of this file is the test.
  new Api().add(route, () => undefined)
  // @ts-expect-error - a verb there is not
  new Api().add({ ...route, access: { verb: 'everything' } }, () => undefined)
  expect(routes.filter(({ access }) => access === undefined)).toEqual([])
})

describe.each(routes.map((route) => [nameOf(route), route] as const))('%s', (_name, route) => {
  const { access } = route

  test.each(verbs)('with %s on everything', async (verb) => {
    const letIn = typeof access === 'object' && access.verb === verb
    const expected = statusForAll(access) ?? (letIn ? REACHED : 403)
    expect(await statusFor(keys.get(`${verb} *`))).toBe(expected)
  })

  test.each(verbs)('with %s on the connection that is named', async (verb) => {
    expect(await statusFor(keys.get(`${verb} mine`))).toBe(statusOnOne(access, verb))
  })

  test.each(verbs)('with %s on another connection', async (verb) => {
    const expected =
      typeof access === 'object' && access.connection === 'name' ? 404 : statusOnOne(access, verb)
    expect(await statusFor(keys.get(`${verb} theirs`))).toBe(expected)
  })

  test('without an access key, with one that is not ours, and with one that expired', async () => {
    const strange = 'postern_0123456789abcdef_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    const statuses = await Promise.all([undefined, strange, expired].map(statusFor))
    expect(new Set(statuses)).toEqual(new Set([access === 'public' ? REACHED : 401]))
  })

  test('with the token of a Connect session, and with that of one that has ended', async () => {
    const expected = {
      open: isOpenTo(access, 'session') ? REACHED : 401,
      revoked: access === 'public' ? REACHED : access === 'connect-session' ? 410 : 401,
    }
    expect(await statusFor(sessions.open)).toBe(expected.open)
    expect(await statusFor(sessions.revoked)).toBe(expected.revoked)
  })

  test('with the cookie of the console, from a page of its own and from any other place', async () => {
    const isRead = route.method === 'get' || route.method === 'head'
    const own = { 'sec-fetch-site': 'same-origin', 'x-postern-console': '1' }
    const withCookie = (cookie: string, headers: Record<string, string>) =>
      statusWith({ cookie, ...headers })
    const [all, ended] = [cookies.all, cookies.ended]
    const wrong = all.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
    const asked = {
      all: await withCookie(all, own),
      read: await withCookie(cookies.read, own),
      ended: await withCookie(ended, own),
      wrong: await withCookie(wrong, own),
      ofOthers: await withCookie('theirs=1', own),
      crossSite: await withCookie(all, { ...own, 'sec-fetch-site': 'cross-site' }),
      otherPort: await withCookie(all, { ...own, 'sec-fetch-site': 'same-site' }),
      typed: await withCookie(all, { ...own, 'sec-fetch-site': 'none' }),
      unsaid: await withCookie(all, { 'x-postern-console': '1' }),
      withoutHeader: await withCookie(all, { 'sec-fetch-site': 'same-origin' }),
      besideKey: await withCookie(all, { ...own, authorization: `Bearer ${keys.get('read *')}` }),
    }
    const everyway = (status: number) =>
      Object.fromEntries(Object.keys(asked).map((way) => [way, status]))
    if (access === 'public') return expect(asked).toEqual(everyway(REACHED))
    const takes =
      access !== 'connect-session' &&
      !route.isPiped &&
      route.path !== '/mcp' &&
      !(typeof access === 'object' && access.verb === 'token')
    if (!takes) return expect(asked).toEqual(everyway(400))
    expect(asked).toEqual({
      all: REACHED,
      read: typeof access === 'object' && access.verb !== 'read' ? 403 : REACHED,
      ...{ ended: 401, wrong: 401, ofOthers: 401 },
      ...{ crossSite: 403, otherPort: 403, typed: 403, unsaid: 403 },
      withoutHeader: isRead ? REACHED : 403,
      besideKey: 400,
    })
  })

  function statusFor(key: string | undefined): Promise<number> {
    return statusWith(key === undefined ? {} : { authorization: `Bearer ${key}` })
  }

  async function statusWith(headers: Readonly<Record<string, string>>): Promise<number> {
    const path = route.path.replace('{name}', 'mine').replaceAll(/\{\w+\}/g, 'x')
    return (await app.request(path, { method: route.method.toUpperCase(), headers })).status
  }
})

/** Whether one verb on one connection, the one that a route may name, lets in. */
function statusOnOne(access: Access, verb: Verb): number {
  if (typeof access === 'string') return statusForAll(access) ?? 0
  return access.verb === verb && access.connection !== undefined ? REACHED : 403
}

/** Where the verb does not matter: what every access key is answered. */
function statusForAll(access: Access): number | undefined {
  if (typeof access === 'object') return undefined
  return isOpenTo(access, 'key') ? REACHED : 401
}

function isOpenTo(access: Access, who: 'key' | 'session'): boolean {
  if (access === 'public') return true
  return access === (who === 'key' ? 'any-key' : 'connect-session')
}

async function keyFor(verb: Verb, connection: string): Promise<string> {
  const rules = [{ connections: [connection], verbs: [verb] }]
  return (await accessKeys.add({ name: verb, rules }, by)).text.reveal()
}
