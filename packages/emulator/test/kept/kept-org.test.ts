import { describe, expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { parseKeptOrg, type RunningOrg, type StartOptions, startOrg } from '../../src/index.ts'
import { accessTokenOf, createClient } from '../faults/client.ts'

const noon = new Date('2026-03-01T12:00:00.500Z')
const SECOND_MS = 1_000

function startKept(clock: TestClock, options: StartOptions) {
  const size = { users: 60, history: { events: 300, days: 3 }, traffic: { perSecond: 2 } }
  const start = { keyType: 'EC', edition: 'unlimited', ...size, clock, ...options } as const
  return startOrg(start)
}

/** Everything that the lists and the log of an org show to its Super Admin. */
async function look({ url, adminToken, org }: RunningOrg): Promise<unknown> {
  const get = async (path: string) => {
    const headers = { authorization: `SSWS ${adminToken}` }
    const answer = await fetch(`${url}/api/v1/${path}`, { headers })
    // The port is another one each time.
    return JSON.parse((await answer.text()).replaceAll(url, ''))
  }
  const parts = ['users', 'groups', 'apps?limit=200', 'zones', 'logs?since=2026-02-20T00:00:00Z']
  const children = [
    ...[...org.groups].map(({ id }) => `groups/${id}/users`),
    ...[...org.apps].flatMap(({ id }) => [`apps/${id}/users`, `apps/${id}/groups`]),
  ]
  return Promise.all([...parts, ...children].map(get))
}

async function change({ url, adminToken, org }: RunningOrg): Promise<void> {
  const send = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `SSWS ${adminToken}`, 'content-type': 'application/json' }
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${url}/api/v1/${path}`, { method, headers, ...text })
    expect(answer.status, await answer.text()).toBeLessThan(300)
  }
  const groups = [...org.groups].filter(({ type }) => type === 'OKTA_GROUP')
  const users = [...org.users]
  const leaver = users.findLast(({ status }) => status === 'ACTIVE')
  await send('PUT', `groups/${groups[5]?.id}/users/${users[7]?.id}`)
  await send('DELETE', `groups/${groups[0]?.id}`)
  const login = `new-${users.length}@example.com`
  const profile = { firstName: 'A', lastName: 'B', email: login, login }
  await send('POST', 'users?activate=false', { profile })
  await send('POST', `users/${leaver?.id}/lifecycle/deactivate`)
  await send('PUT', `apps/${[...org.apps][4]?.id}/groups/${groups[6]?.id}`, {})
}

describe('an org that is kept', () => {
  test('is the same after it was started again: its lists, its log, and what comes next', async () => {
    const clock = new TestClock(noon)
    const first = await startKept(clock, { kept: 'new' })
    onTestFinished(() => first.close())
    clock.advance(20 * SECOND_MS)
    await change(first)
    clock.advance(7 * SECOND_MS)
    await look(first)
    const kept = parseKeptOrg(JSON.parse(JSON.stringify(first.keep())))
    const second = await startKept(clock, { kept })
    onTestFinished(() => second.close())
    expect(second.adminToken).toBe(first.adminToken)
    expect(await look(second)).toEqual(await look(first))
    clock.advance(3_600 * SECOND_MS)
    await change(first)
    await change(second)
    const withoutRequestIds = (seen: unknown) =>
      JSON.parse(JSON.stringify(seen).replace(/"[0-9a-f]{32}"/g, '""'))
    expect(withoutRequestIds(await look(second))).toEqual(withoutRequestIds(await look(first)))
  })

  test('has the events that the control API let happen', async () => {
    const clock = new TestClock(noon)
    const first = await startKept(clock, { kept: 'new' })
    onTestFinished(() => first.close())
    const body = JSON.stringify({ count: 5, overSeconds: 3 })
    const headers = { 'content-type': 'application/json' }
    const added = await fetch(`${first.control}/events`, { method: 'POST', headers, body })
    expect(added.status).toBe(201)
    clock.advance(10 * SECOND_MS)
    const second = await startKept(clock, { kept: first.keep() })
    onTestFinished(() => second.close())
    expect(await look(second)).toEqual(await look(first))
  })

  test('lets its ready app in with the key of before', async () => {
    const clock = new TestClock(noon)
    const first = await startKept(clock, { kept: 'new' })
    const kept = first.keep()
    await first.close()
    const second = await startKept(clock, { kept })
    onTestFinished(() => second.close())
    const old = { ...second, app: first.app }
    const client = createClient(old, () => clock.now().getTime())
    const told = await client.call('/api/v1/users', accessTokenOf(await client.requestToken()))
    expect(told.told).toBe('200 ok')
  })

  test('is not made of anything else', async () => {
    const running = await startOrg({ keyType: 'EC' })
    onTestFinished(() => running.close())
    expect(() => running.keep()).toThrow(expect.objectContaining({ code: 'org_invalid' }))
    for (const value of [null, [], {}, { version: 2 }, { version: 1, sinceMs: '1' }])
      expect(() => parseKeptOrg(value)).toThrow(expect.objectContaining({ code: 'org_invalid' }))
  })
})
