import { expect, onTestFinished, test } from 'vitest'
import { type OrgRecord, type OrgRecordKind, type StartOptions, startOrg } from '../../src/index.ts'

const userId = '00u1abvz4pYqdM8ms4x6'
const groupId = '00gc0eqycaP2Eja9f4x6'
const appId = '0oa1gjh63g214q0Hq0g4'

/** A record with members that the emulator would never show, in an order and with spaces of its own. */
function record(kind: OrgRecordKind, text: string, more: Partial<OrgRecord> = {}): OrgRecord {
  const value = JSON.parse(text)
  return { kind, id: value.id ?? value.uuid, text, value, ...more }
}

const records = [
  record(
    'user',
    `{ "unknown":1e2, "id":"${userId}", "status":"ACTIVE", "profile":{"login":"a@b.c"} }`,
  ),
  record('group', `{"id":"${groupId}","type":"OKTA_GROUP","profile":{"name":"\\u0041"},"x":[ ]}`),
  record('app', `{"label":"One","id":"${appId}","name":"weird_app","status":"ACTIVE"}`),
  record('group-member', `{"id":"${userId}","as":"member"}`, { parentId: groupId }),
  record('app-user', `{"id":"${userId}","scope":"GROUP","as":"app user"}`, { parentId: appId }),
  record('app-group', `{"id":"${groupId}","priority":7,"as":"app group"}`, { parentId: appId }),
  record('event', '{"uuid":"u-1","eventType":"a.b","published":"2014-03-01T00:00:00.000Z" }'),
]

async function start(options: StartOptions = {}) {
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited', records, ...options })
  onTestFinished(() => running.close())
  const headers = { authorization: `SSWS ${running.adminToken}` }
  const call = async (path: string, method = 'GET') =>
    (await fetch(`${running.url}/api/v1/${path}`, { method, headers })).text()
  return { running, call }
}

const lists = [
  ['users', 0],
  ['groups', 1],
  ['apps', 2],
  [`groups/${groupId}/users`, 3],
  [`apps/${appId}/users`, 4],
  [`apps/${appId}/groups`, 5],
] as const

test.each(lists)('the list %s shows what was recorded byte for byte', async (path, index) => {
  const { call } = await start()
  expect(await call(path)).toContain(records[index]?.text)
})

test.each([
  [`users/${userId}`, 0],
  ['users/a@b.c', 0],
  [`groups/${groupId}`, 1],
  [`apps/${appId}`, 2],
  [`apps/${appId}/users/${userId}`, 4],
  [`apps/${appId}/groups/${groupId}`, 5],
] as const)('%s too', async (path, index) => {
  const { call } = await start()
  expect(await call(path)).toBe(records[index]?.text)
})

test('the log shows an event of any age, where it is told how far back it goes', async () => {
  // Later than the event was published: a log goes by when it was told of one.
  const path = `logs?since=${new Date(Date.now() - 3_600_000).toISOString()}`
  expect(await (await start()).call(path)).toBe('[]')
  expect(await (await start({ logDays: 36_500 })).call(path)).toBe(`[${records.at(-1)?.text}]`)
})

test('what is changed is shown as the org has it from then on', async () => {
  const { call } = await start()
  await call(`users/${userId}/lifecycle/suspend`, 'POST')
  const user = JSON.parse(await call(`users/${userId}`))
  expect(user).toMatchObject({ status: 'SUSPENDED', profile: { login: 'a@b.c' } })
  expect(user).not.toHaveProperty('unknown')
})

test('an org that is kept has the records and what became of them', async () => {
  const first = await start({ kept: 'new' })
  await first.call(`groups/${groupId}/users/${userId}`, 'DELETE')
  const second = await start({ kept: first.running.keep() })
  expect(await second.call(`groups/${groupId}/users`)).toBe('[]')
  expect(await second.call(`users/${userId}`)).toBe(records[0]?.text)
})

test('whoever is named without a record is made up', async () => {
  const some = records.filter(({ parentId }) => parentId !== undefined)
  const { call } = await start({ records: some })
  for (const [path] of lists.slice(3)) expect(JSON.parse(await call(path))).toHaveLength(1)
  expect(JSON.parse(await call(`groups/${groupId}`))).toMatchObject({ type: 'OKTA_GROUP' })
})
