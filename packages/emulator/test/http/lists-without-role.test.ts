import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { isPublic, type ManagementRoute } from '../../src/http/route.ts'
import { type RunningOrg, startOrg } from '../../src/index.ts'
import { routes } from '../../src/routes.ts'
import { ServiceClient } from '../apps/service-client.ts'
import { type Reply, sendRequest } from '../authorization/scenario.ts'
import { addServiceApp, testKey } from '../service-app.ts'

/** Every list that answers a caller without the permission with nothing, as the routes declare it. */
const lists = routes.filter(
  (route): route is ManagementRoute =>
    !isPublic(route) && route.withoutRole !== undefined && route.withoutRole !== 'E0000006',
)

let running: RunningOrg
let nobody: ServiceClient

beforeAll(async () => {
  const clock = new TestClock(new Date('2026-03-30T08:00:00.000Z'))
  running = await startOrg({ clock, edition: 'unlimited', keyType: 'EC', users: 30, groups: 5 })
  const { org } = running
  const nowMs = org.time.secondMs()
  org.rules.put({
    id: org.ids.next('rule'),
    name: 'A rule',
    status: 'INACTIVE',
    createdMs: nowMs,
    lastUpdatedMs: nowMs,
    expression: 'user.department=="x"',
    groupIds: [],
    excludedUserIds: [],
    excludedGroupIds: [],
  })
  const scopes = [...new Set(lists.map(({ scope }) => scope))]
  const key = testKey('nobody', 'ES256')
  const { clientId } = addServiceApp(org, { key, scopes })
  nobody = new ServiceClient(running, { clientId, key })
  expect(await nobody.requestToken(scopes.join(' '))).toMatchObject({ status: 200 })
})

afterAll(async () => {
  expect(running.unexpected).toEqual([])
  await running.close()
})

const asAdmin = (path: string): Promise<Reply> =>
  sendRequest(running.url, path, { headers: { authorization: `SSWS ${running.adminToken}` } })

const linksOf = ({ headers }: Reply): readonly string[] =>
  [headers['link'] ?? []].flat().flatMap((lines) => lines.split(/, (?=<)/))
const selfOf = (reply: Reply) => linksOf(reply).filter((link) => link.endsWith('rel="self"'))

test('the lists of users, groups, rules, apps, devices and events are the silent ones', () => {
  expect(lists.map(({ path }) => path).toSorted()).toEqual([
    '/api/v1/apps',
    '/api/v1/devices',
    '/api/v1/groups',
    '/api/v1/groups/rules',
    '/api/v1/logs',
    '/api/v1/users',
  ])
})

describe.each(lists.map(({ path }) => path))('GET %s without a role', (path) => {
  test.each(['', 'limit=1', 'limit=99999', 'q=a', 'limit=2&search=', 'expand='])(
    'shows nothing under the self link of every other caller, with the parameters %j',
    async (query) => {
      const whole = query === '' ? path : `${path}?${query}`
      const empty = await nobody.call('GET', whole)
      expect([empty.status, empty.text]).toEqual([200, '[]'])
      const full = await asAdmin(whole)
      expect(full.status).toBe(200)
      expect(selfOf(empty)).toEqual(selfOf(full))
    },
  )

  test('has something to hide', async () => {
    expect((await asAdmin(path)).json['length']).toBeGreaterThan(0)
  })

  test.each(['limit=abc', 'after=no-cursor-of-anybody'])(
    'refuses %j as to everybody',
    async (query) => {
      const refused = await nobody.call('GET', `${path}?${query}`)
      const full = await asAdmin(`${path}?${query}`)
      const { errorId: _one, ...said } = refused.json
      const { errorId: _other, ...saidToAdmin } = full.json
      expect([refused.status, said]).toEqual([full.status, saidToAdmin])
      expect(refused.status).toBe(400)
    },
  )

  test('is 403 E0000006 where that is assumed, except for users', async () => {
    const before = running.org.assumptions
    running.org.assumptions = { ...before, listsWithoutRole: 'forbidden' }
    const { status } = await nobody.call('GET', path)
    running.org.assumptions = before
    expect(status).toBe(path === '/api/v1/users' ? 200 : 403)
  })
})

test('the first page of users is told apart from the next by nothing but its items', async () => {
  const full = await asAdmin('/api/v1/users?limit=1')
  const empty = await nobody.call('GET', '/api/v1/users?limit=1')
  expect(linksOf(full)).toHaveLength(2)
  expect(linksOf(empty)).toEqual([`<${running.url}/api/v1/users?limit=1>; rel="self"`])
})

test('a window of the System Log ends at once, and polling has a next page', async () => {
  const window = await nobody.call('GET', '/api/v1/logs?until=2026-03-30T09:00:00Z')
  expect([window.text, linksOf(window).length]).toEqual(['[]', 1])
  const polling = await nobody.call('GET', '/api/v1/logs')
  expect([polling.text, linksOf(polling).length]).toEqual(['[]', 2])
})
