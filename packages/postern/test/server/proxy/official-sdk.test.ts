/** @module The official client, `@okta/okta-sdk-nodejs`, through the proxy: an access key where it expects an API token. */

import okta from '@okta/okta-sdk-nodejs'
import type { RunningOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestStore } from '../../../../../test/stores.ts'
import { openEmbedded } from '../served-app.ts'
import { anyCall, type ProxiedOrg, proxiedOrg } from './proxied-org.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const scopes = ['okta.users.manage', 'okta.groups.manage', 'okta.apps.manage', 'okta.logs.read']

/** A client that is straight at an org as its administrator, and one that is at the proxy. */
async function clients() {
  const proxied = await proxiedOrg(opened.store, {
    keys: { any: [anyCall] },
    org: {
      ...{ users: 230, role: 'SUPER_ADMIN', edition: 'unlimited', scopes },
      faults: ['dpop-required'],
    },
  })
  return { ...proxied, straight: straightClient(proxied.running), client: clientOf(proxied) }
}

function clientOf({ proxy, keys }: ProxiedOrg<'any'>) {
  return open(proxy, keys.any)
}

function straightClient({ url, adminToken }: RunningOrg) {
  return open(url, adminToken)
}

function open(orgUrl: string, token: string) {
  // A constant of its own: the declarations of the client leave `testing` out.
  const configuration = { orgUrl, token, testing: { disableHttpsCheck: true } }
  return new okta.Client(configuration)
}

async function collect<Item>(listed: PromiseLike<okta.Collection<Item>>): Promise<Item[]> {
  const items: Item[] = []
  await (await listed).each((item) => void items.push(item))
  return items
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value))

describe('the official client through the proxy, to an org that requires DPoP', () => {
  test('lists all pages, searches, and reads, as it does straight from the org', async () => {
    const { client, straight, running } = await clients()
    const list = (api: okta.Client) => collect(api.userApi.listUsers({ limit: 100 }))
    const users = await list(client)
    expect(users.length).toBeGreaterThan(200)
    expect(plain(users)).toEqual(plain(await list(straight)))
    const [, somebody] = users
    const userId = String(somebody?.id)
    const search = `profile.login eq "${somebody?.profile?.login}"`
    for (const ask of [
      (api: okta.Client) => api.userApi.getUser({ userId }),
      (api: okta.Client) => collect(api.userApi.listUsers({ search })),
      (api: okta.Client) => collect(api.groupApi.listGroups({ limit: 3 })),
      (api: okta.Client) => collect(api.applicationApi.listApplications({ limit: 2 })),
    ])
      expect(plain(await ask(client))).toEqual(plain(await ask(straight)))
    expect(running.unexpected).toEqual([])
  })

  test('creates, updates, assigns and deletes, and the org has it so', async () => {
    const { client, straight, running } = await clients()
    const profile = {
      ...{ firstName: 'Grace', lastName: 'Hopper' },
      ...{ login: 'grace@example.com', email: 'grace@example.com' },
    }
    const user = await client.userApi.createUser({ body: { profile }, activate: true })
    const userId = String(user.id)
    expect(plain(await straight.userApi.getUser({ userId }))).toEqual(
      plain(await client.userApi.getUser({ userId })),
    )
    const group = await client.groupApi.createGroup({ group: { profile: { name: 'Navy' } } })
    const groupId = String(group.id)
    await client.groupApi.assignUserToGroup({ groupId, userId })
    expect(running.org.members.has(groupId, userId)).toBe(true)
    const renamed = { ...profile, nickName: 'Amazing Grace' }
    await client.userApi.updateUser({ userId, user: { profile: renamed } })
    expect(running.org.users.get(userId)?.profile['nickName']).toBe('Amazing Grace')
    await client.groupApi.unassignUserFromGroup({ groupId, userId })
    await client.groupApi.deleteGroup({ groupId })
    await client.userApi.deactivateUser({ userId })
    await client.userApi.deleteUser({ userId })
    expect([running.org.groups.get(groupId), running.org.users.get(userId)]).toEqual([
      undefined,
      undefined,
    ])
    expect(running.unexpected).toEqual([])
  })

  test('is refused in the words of the org, and in those of Postern', async () => {
    const { client, proxy } = await clients()
    const errorOf = (asked: Promise<unknown>) =>
      asked.then(
        () => undefined,
        (error: { status: number; errorCode?: string; message: string }) => error,
      )
    const none = await errorOf(client.userApi.getUser({ userId: 'nobody' }))
    expect(none).toMatchObject({ status: 404, errorCode: 'E0000007' })
    const stranger = open(
      proxy,
      'postern_0123456789abcdef_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    )
    const refused = await errorOf(stranger.userApi.getUser({ userId: 'nobody' }))
    expect(refused).toMatchObject({ status: 401, errorCode: 'access_key_invalid' })
    expect(refused?.message).toContain('postern access add')
  })
})
