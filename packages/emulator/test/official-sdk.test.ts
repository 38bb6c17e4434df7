/** @module The official client, `@okta/okta-sdk-nodejs`, works against an emulated org. */

import okta from '@okta/okta-sdk-nodejs'
import { afterEach, describe, expect, test } from 'vitest'
import { TestClock } from '../../../test/test-clock.ts'
import { type RunningOrg, type StartOptions, startOrg } from '../src/index.ts'

const scopes = [
  'okta.users.manage',
  'okta.groups.manage',
  'okta.apps.manage',
  'okta.logs.read',
] as const

const running: RunningOrg[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((org) => org.close()))
})

describe('the official client with a private key', () => {
  test('walks every page of users, and sees who the directory shows', async () => {
    const { org, client } = await connect({ users: 450 })
    const seen: (string | undefined)[] = []
    const users = await client.userApi.listUsers({ limit: 200 })
    await users.each((user) => void seen.push(user.id))
    const shown = [...org.org.users].filter(({ status }) => status !== 'DEPROVISIONED')
    expect(seen).toEqual(shown.map(({ id }) => id))
  })

  test('walks groups, their members and apps', async () => {
    const { org, client } = await connect({ users: 60 })
    const groups = await collect(await client.groupApi.listGroups({ limit: 3 }))
    expect(groups.map(({ id }) => id)).toEqual([...org.org.groups].map(({ id }) => id))
    const everyone = groups.find(({ type }) => type === 'BUILT_IN')
    const members = await client.groupApi.listGroupUsers({
      groupId: String(everyone?.id),
      limit: 7,
    })
    const shown = [...org.org.users].filter(({ status }) => status !== 'DEPROVISIONED')
    expect((await collect(members)).length).toBe(shown.length)
    const apps = await collect(await client.applicationApi.listApplications({ limit: 2 }))
    expect(apps.map(({ id }) => id)).toEqual([...org.org.apps].map(({ id }) => id))
  })

  test('finds users by search, and its dates are dates', async () => {
    const { org, client } = await connect({ users: 60 })
    const [, somebody] = [...org.org.users]
    const search = `profile.login eq "${somebody?.profile['login']}"`
    const [found] = await collect(await client.userApi.listUsers({ search }))
    expect(found?.id).toBe(somebody?.id)
    expect(found?.created?.getTime()).toBe(somebody?.createdMs)
  })

  test('creates a user, puts the user into a group, assigns an app, and takes it all back', async () => {
    const { org, client } = await connect({ users: 20, role: 'SUPER_ADMIN' })
    const profile = {
      ...{ firstName: 'Grace', lastName: 'Hopper' },
      ...{ login: 'grace@example.com', email: 'grace@example.com' },
    }
    const user = await client.userApi.createUser({ body: { profile }, activate: true })
    const group = await client.groupApi.createGroup({ group: { profile: { name: 'Navy' } } })
    const userId = String(user.id)
    const groupId = String(group.id)
    await client.groupApi.assignUserToGroup({ groupId, userId })
    expect(org.org.members.has(groupId, userId)).toBe(true)
    const app = await client.applicationApi.createApplication({
      application: {
        ...{ name: 'bookmark', label: 'Docs', signOnMode: 'BOOKMARK' },
        settings: { app: { requestIntegration: false, url: 'https://example.com/' } },
      } as never,
    })
    const appId = String(app.id)
    await client.applicationApi.assignUserToApplication({ appId, appUser: { id: userId } })
    const assigned = await collect(await client.applicationApi.listApplicationUsers({ appId }))
    expect(assigned.map(({ id, scope }) => ({ id, scope }))).toEqual([
      { id: userId, scope: 'USER' },
    ])
    await client.applicationApi.unassignUserFromApplication({ appId, userId })
    await client.groupApi.unassignUserFromGroup({ groupId, userId })
    expect(org.org.members.has(groupId, userId)).toBe(false)
    expect(org.unexpected).toEqual([])
  })

  test('reads the events of what it did from the System Log', async () => {
    const { client } = await connect({ users: 20, role: 'SUPER_ADMIN' })
    await client.groupApi.createGroup({ group: { profile: { name: 'Logged' } } })
    const since = new Date(Date.now() - 3_600_000).toISOString()
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const events = await collect(await client.systemLogApi.listLogEvents({ since, until } as never))
    expect(events.map(({ eventType }) => eventType)).toContain('group.lifecycle.create')
  })

  test('learns from the refusal that a scope was not granted', async () => {
    const { client } = await connect({ users: 5, scopes: ['okta.users.read'] })
    await expect(client.groupApi.listGroups().then(collect)).rejects.toMatchObject({ status: 403 })
  })
})

describe('the official client and an app that requires DPoP', () => {
  test('gets a bound token and reads with it', async () => {
    const { org, client } = await connect({ users: 30, faults: ['dpop-required'] })
    const users = await collect(await client.userApi.listUsers({ limit: 10 }))
    expect(users.length).toBeGreaterThan(20)
    expect(org.unexpected).toEqual([])
  })
})

describe('the official client and the rate limit', () => {
  test('waits for the reset after a 429 and then reads on', async () => {
    const clock = new TestClock(new Date('2026-01-01T00:00:00.000Z'))
    const { org, client } = await connect({ users: 3, clock, edition: 'integrator' }, 'api-token')
    const limit = 50
    for (let asked = 0; asked < limit; asked++) await collect(await client.userApi.listUsers())
    // The window that the first call opened ends in a second, and so does the client's wait; then the clock has moved.
    clock.advance(59_000)
    const backoff = new Promise<void>((resolve) => {
      client.requestExecutor.on('backoff', () => {
        clock.advance(2_000)
        resolve()
      })
    })
    const users = await collect(await client.userApi.listUsers())
    await backoff
    expect(users.length).toBe([...org.org.users].length)
  })
})

async function connect(options: StartOptions, kind: 'service-app' | 'api-token' = 'service-app') {
  const org = await startOrg({ scopes: [...scopes], edition: 'unlimited', ...options })
  running.push(org)
  const { clientId, key } = org.app
  const credential =
    kind === 'api-token'
      ? { token: org.adminToken }
      : {
          authorizationMode: 'PrivateKey',
          clientId,
          scopes: [...(options.scopes ?? scopes)],
          privateKey: JSON.stringify(key),
          keyId: key.kid,
        }
  // A constant of its own: the declarations of the client leave `testing` out.
  const configuration = { orgUrl: org.url, ...credential, testing: { disableHttpsCheck: true } }
  const client = new okta.Client(configuration)
  return { org, client }
}

async function collect<T>(collection: { each(iterator: (item: T) => unknown): Promise<unknown> }) {
  const items: T[] = []
  await collection.each((item) => void items.push(item))
  return items
}
