/** @module The rows of the actions about groups and who is in them. */

import type { ActionRow } from './row.ts'
import type { World } from './world.ts'

const given = { group: 'Operations', user: 'ada@example.com' }
const givenList = { group: 'Operations', users: ['ada@example.com', 'bob@example.com'] }

const engineers = { name: 'Engineers', description: 'They build.' }

// The index that a search reads is that far behind, at most.
const INDEX_LAG_MS = 2_000

const put =
  (...logins: readonly string[]) =>
  async ({ send, idOf }: World) => {
    for (const login of logins) {
      await send('PUT', `/api/v1/groups/${idOf('Operations')}/users/${idOf(login)}`)
    }
  }

const putAda = put('ada@example.com')
const putBoth = put('ada@example.com', 'bob@example.com')

/** The logins of the members of Operations. */
async function membersOf({ sdk, idOf }: World): Promise<readonly (string | undefined)[]> {
  const logins: (string | undefined)[] = []
  const members = await sdk.groupApi.listGroupUsers({ groupId: idOf('Operations') })
  await members.each((user) => void logins.push(user.profile?.login ?? undefined))
  return logins
}

const holds =
  (...logins: readonly string[]) =>
  async (world: World) =>
    JSON.stringify((await membersOf(world)).toSorted()) === JSON.stringify(logins)

/** Every action about groups that core has. */
export const groupRows: readonly ActionRow[] = [
  {
    action: 'user.find',
    given: { user: 'ada@example.com' },
    effects: [],
    answers: { ready: { status: 'ACTIVE', profile: { login: 'ada@example.com' } } },
  },
  {
    action: 'group.find',
    given: { group: 'Operations' },
    effects: [],
    answers: { ready: { type: 'OKTA_GROUP', profile: { name: 'Operations' } } },
  },
  {
    action: 'group.check_member',
    given,
    so: putAda,
    effects: [],
    answers: { ready: { member: false }, so: { member: true } },
  },
  {
    action: 'group.add_member',
    given,
    so: putAda,
    effects: ['group-member created'],
    method: 'PUT',
    isSo: holds('ada@example.com'),
    refusesGroups: true,
  },
  {
    action: 'group.remove_member',
    given,
    ready: putAda,
    so: async () => undefined,
    effects: ['group-member deleted'],
    method: 'DELETE',
    isSo: holds(),
    refusesGroups: true,
  },
  {
    action: 'group.add_members',
    given: givenList,
    so: putBoth,
    effects: ['group-member created', 'group-member created'],
    method: 'PUT',
    isSo: holds('ada@example.com', 'bob@example.com'),
    refusesGroups: true,
    isList: true,
  },
  {
    action: 'group.remove_members',
    given: givenList,
    ready: putBoth,
    so: async () => undefined,
    effects: ['group-member deleted', 'group-member deleted'],
    method: 'DELETE',
    isSo: holds(),
    refusesGroups: true,
    isList: true,
  },
  {
    action: 'group.create',
    given: engineers,
    so: async ({ send, time }) => {
      await send('POST', '/api/v1/groups', { profile: engineers })
      await time.sleep(INDEX_LAG_MS)
    },
    effects: ['group created'],
    method: 'POST',
    sentOnce: true,
    isSo: async ({ sdk, time }) => {
      await time.sleep(INDEX_LAG_MS)
      const found = await sdk.groupApi.listGroups({ search: 'profile.name eq "Engineers"' })
      const profiles: unknown[] = []
      await found.each(({ profile }) => void profiles.push(profile))
      return profiles.length === 1
    },
  },
  {
    action: 'group.update',
    given: { group: 'Operations', description: 'They run it.' },
    so: ({ send, idOf }) =>
      send('PUT', `/api/v1/groups/${idOf('Operations')}`, {
        profile: { name: 'Operations', description: 'They run it.' },
      }),
    effects: ['group updated'],
    method: 'PUT',
    isSo: async ({ sdk, idOf }) => {
      const { profile } = await sdk.groupApi.getGroup({ groupId: idOf('Operations') })
      return profile?.name === 'Operations' && profile.description === 'They run it.'
    },
    refusesGroups: true,
  },
]
