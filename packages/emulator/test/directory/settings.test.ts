/** @module What is around users and groups: devices, zones, policies, the schema, the org itself. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DirectoryOrg, openDirectory, tokenOf } from './directory-org.ts'

let directory: DirectoryOrg
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(async () => {
  expect(directory.running.unexpected).toEqual([])
  await directory.running.close()
})

const get = (path: string) => directory.call('GET', `/api/v1/${path}`)

test('devices are found by search, which the links repeat with + for spaces', async () => {
  const { body, links } = await get('devices?limit=1&search=status%20eq%20%22ACTIVE%22')
  const { url } = directory.running
  expect(links).toEqual({
    self: `${url}/api/v1/devices?limit=1&search=status+eq+%22ACTIVE%22`,
    next: `${url}/api/v1/devices?after=${body[0].id}&limit=1&search=status+eq+%22ACTIVE%22`,
  })
  const pages = await directory.walk('/api/v1/devices?limit=1')
  expect(new Set(pages.map((page) => page.body[0].id)).size).toBe(3)
  const ios = await get('devices?search=profile.platform%20eq%20%22ios%22')
  expect(ios.body).toHaveLength(1)
  const owners = await get(`devices/${body[0].id}/users`)
  expect(Object.keys(owners.body[0])).toEqual([
    'created',
    'managementStatus',
    'screenLockType',
    'user',
  ])
})

test.each([
  ['devices?after=garbage', 400, 'E0000031'],
  ['devices?search=garbage', 400, 'E0000031'],
  ['devices/guonone', 404, 'E0000007'],
  ['zones?filter=garbage', 400, 'E0000031'],
  ['zones/nzonone', 404, 'E0000007'],
  ['policies', 400, 'E0000028'],
  ['policies?type=NONE', 400, 'E0000001'],
  ['policies/00pnone', 404, 'E0000007'],
  ['meta/schemas/user/oscnone', 404, 'E0000007'],
  ['meta/types/user/otynone', 404, 'E0000007'],
  ['sessions/', 405, 'E0000022'],
])('%s answers %d %s', async (path, status, code) => {
  const answer = await get(path)
  expect([answer.status, answer.body.errorCode]).toEqual([status, code])
})

test.each([
  ['zones', 'zones?limit=20'],
  ['zones?filter=usage%20eq%20%22BLOCKLIST%22', 'zones?limit=20&filter=usage+eq+%22BLOCKLIST%22'],
  ['policies?type=OKTA_SIGN_ON', 'policies?type=OKTA_SIGN_ON'],
  ['logStreams', 'logStreams?limit=20'],
  ['idps', 'idps?limit=20'],
  ['eventHooks', undefined],
  ['authenticators', undefined],
  ['meta/types/user', undefined],
  ['api-tokens', undefined],
])('the self link of %s is %s', async (path, self) => {
  const { status, body, links } = await get(path)
  expect([status, Array.isArray(body)]).toEqual([200, true])
  expect(links).toEqual(
    self === undefined ? {} : { self: `${directory.running.url}/api/v1/${self}` },
  )
})

test('settings keep their ids from one request to the next', async () => {
  for (const path of ['devices', 'zones', 'authenticators', 'policies?type=PASSWORD'])
    expect((await get(path)).body).toEqual((await get(path)).body)
})

test.each(['__proto__', 'constructor', 'toString'])(
  'an attribute of users cannot be called %s, which every object has',
  async (name) => {
    const properties = `{ ${JSON.stringify(name)}: { "type": "string", "title": "Trap" } }`
    const body = `{ "definitions": { "custom": { "properties": ${properties} } } }`
    const answer = await directory.call('POST', '/api/v1/meta/schemas/user/default', { body })
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
  },
)

test('the schema and the type of users are those that users link to', async () => {
  const user = (await get('users/me')).body
  for (const name of ['schema', 'type'] as const)
    expect((await directory.call('GET', user._links[name].href)).status).toBe(200)
})

test('API tokens are listed without their text', async () => {
  const { body } = await get('api-tokens')
  expect(JSON.stringify(body)).not.toContain(directory.running.adminToken)
  expect(body[0]).toMatchObject({ tokenWindow: 'P30D', clientName: 'Okta API' })
})

test('the org tells its own id and name', async () => {
  const { org } = directory.running
  expect((await get('org')).body).toMatchObject({ id: org.id, subdomain: org.name })
})

test('a role without the permission is refused', async () => {
  const token = tokenOf(directory, 'HELP_DESK_ADMIN')
  const { status, body } = await directory.call('GET', '/api/v1/policies?type=PASSWORD', { token })
  expect([status, body.errorCode]).toEqual([403, 'E0000006'])
})
