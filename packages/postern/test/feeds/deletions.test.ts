/** @module No deletion is passed on before it is clear that the object is gone and not only out of sight. */

import { fetchTransport } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { confirmDeletions } from '../../src/feeds/confirm-deletions.ts'
import {
  idsInOrg,
  type ObjectFeed,
  objectFeed,
  orgOnClock,
  type Ran,
  SWEEP_MS,
} from './object-feed.ts'

const WITHOUT_LOG = {
  scopes: ['okta.users.read', 'okta.groups.read', 'okta.apps.read'],
} as const

const deletionsOf = ({ changes }: Ran) => changes.filter((change) => change.startsWith('delete'))

/** Users vanish without a trace: no event, as where an import or a support case removed them. */
function vanish({ emulated: { running } }: ObjectFeed, count: number): readonly string[] {
  const users = [...running.org.users].slice(-count)
  for (const user of users) running.org.removeUser(user)
  return users.map(({ id }) => id)
}

describe.each(stores)('deletions on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const swept = async (options: Parameters<typeof orgOnClock>[0] = {}) => {
    const feed = await objectFeed(opened.store, await orgOnClock(options), 'users')
    expect((await feed.run()).failed).toBeUndefined()
    return feed
  }

  test('are passed on where a sweep misses few objects and each is gone by its id', async () => {
    const feed = await swept(WITHOUT_LOG)
    const [id] = vanish(feed, 1)
    const ran = await feed.run({ afterMs: SWEEP_MS })
    expect(ran).toMatchObject({ changes: [`delete user ${id} 2`], failed: undefined })
    expect(await feed.held()).toBeUndefined()
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [] })
  })

  test('of 30 % of the users are held back until a person confirms them', async () => {
    const feed = await swept({ ...WITHOUT_LOG, users: 20 })
    const gone = vanish(feed, 6)
    const ran = await feed.run({ afterMs: SWEEP_MS })
    expect(ran).toMatchObject({ changes: [], failed: undefined })
    const held = await feed.held()
    expect(held).toEqual({
      code: 'deletions_unlikely',
      message:
        'Of 20 objects of kind user, the org showed 14: that 6 were deleted at once is not believed.',
      remedy: expect.stringContaining('postern feed confirm-deletions of-'),
      missing: { user: 6 },
      generation: expect.any(Number),
      at: feed.clock.now().toISOString(),
    })
    expect(ran.notes).toEqual([`Deletions are held back. ${held?.message} ${held?.remedy}`])
    expect((await feed.run()).changes).toEqual([])

    const generation = held?.generation ?? 0
    await expect(
      confirmDeletions(opened.store, feed.feedId, generation - 1, feed.clock.now()),
    ).rejects.toMatchObject({ code: 'feed_nothing_held' })
    await confirmDeletions(opened.store, feed.feedId, generation, feed.clock.now())
    const confirmed = await feed.run()
    expect(deletionsOf(confirmed).toSorted()).toEqual(
      gone.map((id) => `delete user ${id} 2`).toSorted(),
    )
    expect(await feed.held()).toBeUndefined()
  })

  test('that a person confirms while the next sweep reads are passed on', async () => {
    const feed = await swept({ ...WITHOUT_LOG, users: 20 })
    const gone = vanish(feed, 6)
    await feed.run({ afterMs: SWEEP_MS })
    const generation = (await feed.held())?.generation ?? 0
    const org = feed.emulated.client({
      clock: feed.clock,
      transport: async (request) => {
        const isOfSweep = new URL(request.url).searchParams.get('search')?.startsWith('status pr')
        if (isOfSweep && (await feed.held())?.confirmedAt === undefined) {
          await confirmDeletions(opened.store, feed.feedId, generation, feed.clock.now())
        }
        return fetchTransport(request)
      },
    })
    expect(await feed.run({ afterMs: SWEEP_MS, org })).toMatchObject({ changes: [] })
    expect(await feed.held()).toMatchObject({ generation, confirmedAt: expect.any(String) })
    const ran = await feed.run()
    expect(deletionsOf(ran).toSorted()).toEqual(gone.map((id) => `delete user ${id} 2`).toSorted())
    expect(await feed.held()).toBeUndefined()
  })

  test('that were held back are forgotten where the next sweep sees the objects again', async () => {
    const feed = await swept({ ...WITHOUT_LOG, users: 20 })
    const { org } = feed.emulated.running
    const users = [...org.users].slice(-6)
    for (const user of users) org.removeUser(user)
    await feed.run({ afterMs: SWEEP_MS })
    expect(await feed.held()).toMatchObject({ missing: { user: 6 } })
    for (const user of users) org.putUser(user, { settled: true })
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [], failed: undefined })
    expect(await feed.held()).toBeUndefined()
  })

  test('are passed on, however many, where the log tells of them and the objects are gone by their ids', async () => {
    const feed = await swept({ users: 10 })
    const gone = [...feed.emulated.running.org.users].slice(-4).map(({ id }) => id)
    for (const id of gone) {
      await feed.emulated.admin.request({ method: 'DELETE', path: `/api/v1/users/${id}` })
      await feed.emulated.admin.request({ method: 'DELETE', path: `/api/v1/users/${id}` })
    }
    expect((await feed.run()).changes).toEqual([])
    const ran = await feed.run()
    expect(deletionsOf(ran).toSorted()).toEqual(gone.map((id) => `delete user ${id} 2`).toSorted())
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [], notes: [] })
    expect(await feed.held()).toBeUndefined()
  })

  test.each([
    ['role', 'admin-role-missing', 'role_missing'],
    ['role, where lists are forbidden then', 'admin-role-missing-lists-forbidden', 'role_missing'],
    ['scopes', 'no-scope-granted', 'scope_not_granted'],
  ])(
    'are not passed on where the credential lost its %s before a sweep',
    async (_what, fault, code) => {
      const feed = await swept()
      const { faults } = feed.emulated.running
      faults.on(fault)
      const lost = await feed.run({
        afterMs: SWEEP_MS,
        org: feed.emulated.client({ clock: feed.clock }),
      })
      expect(lost).toMatchObject({ changes: [], failed: code })
      faults.off(fault)
      const ran = await feed.run({ org: feed.emulated.client({ clock: feed.clock }) })
      expect(ran).toMatchObject({ changes: [], failed: undefined })
      expect(await feed.held()).toBeUndefined()
    },
  )

  test('are not passed on from half a sweep, and the other half follows', async () => {
    const size = { ...WITHOUT_LOG, users: 900 }
    const feed = await swept(size)
    const [id] = vanish(feed, 1)
    const half = await feed.run({ afterMs: SWEEP_MS, pages: 2 })
    expect(half).toMatchObject({ changes: [], more: true, failed: undefined })
    expect(await feed.state('sweep')).toMatchObject({
      phase: 'reading',
      cursor: expect.any(String),
    })
    const rest = await feed.run({ afterMs: 60_000 })
    expect(rest).toMatchObject({ changes: [`delete user ${id} 2`], more: false })
  })

  test('are not passed on where the role is lost in the middle of a sweep', async () => {
    const feed = await swept({ ...WITHOUT_LOG, users: 900 })
    await feed.run({ afterMs: SWEEP_MS, pages: 2 })
    feed.emulated.running.faults.on('admin-role-missing')
    const ran = await feed.run({ afterMs: 60_000 })
    expect(deletionsOf(ran)).toEqual([])
    expect([ran.failed, (await feed.held())?.code]).not.toEqual([undefined, undefined])
  })

  test('are not passed on where a narrowed role hides a few objects', async () => {
    const feed = await swept({ ...WITHOUT_LOG, users: 30, groups: 1 })
    const { org, faults } = feed.emulated.running
    const [group] = [...org.groups].filter(({ id }) => id !== org.everyoneId)
    for (const { id } of [...org.users].slice(0, 27)) org.members.add(group?.id ?? '', id)
    faults.on({ name: 'admin-role-narrowed', parameters: { group: group?.id ?? '' } })
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [], failed: undefined })
    expect(await feed.held()).toMatchObject({ code: 'deletions_unconfirmed' })
    faults.off('admin-role-narrowed')
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [], notes: [] })
    expect(await feed.held()).toBeUndefined()
  })

  test('are not passed on where the app lost an admin role that it could see before', async () => {
    const scopes = [...WITHOUT_LOG.scopes, 'okta.roles.read']
    const feed = await swept({ scopes, role: 'SUPER_ADMIN', users: 12 })
    vanish(feed, 1)
    feed.emulated.running.faults.on({
      name: 'admin-role-lowered',
      parameters: { role: 'READ_ONLY_ADMIN' },
    })
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [], failed: undefined })
    const held = await feed.held()
    expect(held).toMatchObject({ code: 'deletions_reach_lost', missing: { user: 1 } })
    // Also the next sweep, which begins with the lower role, does not take that for granted.
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [] })
    const again = await feed.held()
    await confirmDeletions(opened.store, feed.feedId, again?.generation ?? 0, feed.clock.now())
    expect(deletionsOf(await feed.run())).toHaveLength(1)
  })

  test('of more than 500 objects need a sample that is gone, and a person', async () => {
    const feed = await swept({ ...WITHOUT_LOG, users: 2_700 })
    vanish(feed, 510)
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({ changes: [], failed: undefined })
    const held = await feed.held()
    expect(held).toMatchObject({ code: 'deletions_too_many', missing: { user: 510 } })
    await confirmDeletions(opened.store, feed.feedId, held?.generation ?? 0, feed.clock.now())
    expect(deletionsOf(await feed.run())).toHaveLength(510)
  })

  test('of members are passed on where the list of the group, read once more, has them no more', async () => {
    const feed = await objectFeed(
      opened.store,
      await orgOnClock({ users: 30, ...WITHOUT_LOG }),
      'group-members',
    )
    await feed.run()
    const before = await idsInOrg(feed.emulated, 'group-members')
    const { org } = feed.emulated.running
    const [group, user] = before
      .map((key) => key.replace('group-member ', '').split('/'))
      .find(([id]) => id !== org.everyoneId) ?? ['', '']
    // Without a trace, so that only a sweep finds it.
    org.members.remove(group ?? '', user ?? '')
    expect((await feed.run()).changes).toEqual([])
    expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({
      changes: [`delete group-member ${group}/${user} 2`],
    })
  })

  test.each(['403', '404'] as const)(
    'of the members of a group are not passed on where the role is lost before its list is read again, and answers are %s then',
    async (userOutOfReach) => {
      const feed = await objectFeed(
        opened.store,
        await orgOnClock({ users: 30, assumptions: { userOutOfReach } }),
        'group-members',
      )
      await feed.run()
      const { running, admin } = feed.emulated
      const [group] = [...running.org.groups].filter(({ id }) => id !== running.org.everyoneId)
      const [user] = [...running.org.users]
      const path = `/api/v1/groups/${group?.id}/users/${user?.id}`
      await admin.request({ method: 'PUT', path })
      // The hint is heard now, and followed with the next run.
      await feed.run({ afterMs: 20_000 })
      running.faults.on('admin-role-missing')
      expect(deletionsOf(await feed.run())).toEqual([])
      running.faults.off('admin-role-missing')
      expect(deletionsOf(await feed.run())).toEqual([])
      expect([...feed.delivered.keys()].toSorted()).toEqual(
        await idsInOrg(feed.emulated, 'group-members'),
      )
    },
  )

  test('are not passed on where the role is narrowed before an object is read again, and all objects seem not to be there', async () => {
    const feed = await swept({ assumptions: { userOutOfReach: '404' } })
    const { running, admin } = feed.emulated
    const [, user] = [...running.org.users]
    const path = `/api/v1/users/${user?.id}`
    await admin.request({ method: 'POST', path, body: { profile: { nickName: 'Bo' } } })
    await feed.run({ afterMs: 5_000 })
    running.faults.on('admin-role-narrowed')
    const ran = await feed.run({ afterMs: 31_000 })
    expect(ran.changes).toEqual([])
    expect(ran.notes).toEqual([expect.stringMatching(/^1 objects are asked for again/)])
    running.faults.off('admin-role-narrowed')
    expect(await feed.run()).toMatchObject({ changes: [], notes: [], failed: undefined })
    expect([...feed.delivered.keys()].toSorted()).toEqual(await idsInOrg(feed.emulated, 'users'))
  })

  test.each([
    { users: 30, from: -3, to: 30 },
    { users: 9, from: -6, to: 9 },
    { users: 60, from: 2, to: 12 },
  ])(
    'are not passed on for a hint where the next sweep, too, sees only what a narrowed role shows, of $users users those from $from to $to',
    async ({ users: count, from, to }) => {
      const feed = await swept({ users: count, groups: 1, assumptions: { userOutOfReach: '404' } })
      const { running, admin } = feed.emulated
      const { org, faults } = running
      const [group] = [...org.groups].filter(({ id }) => id !== org.everyoneId)
      const users = [...org.users]
      for (const { id } of users.slice(from, to)) org.members.add(group?.id ?? '', id)
      const path = `/api/v1/users/${users[1]?.id}`
      await admin.request({ method: 'POST', path, body: { profile: { nickName: 'Bo' } } })
      await feed.run({ afterMs: 5_000 })
      faults.on({ name: 'admin-role-narrowed', parameters: { group: group?.id ?? '' } })
      expect(await feed.run({ afterMs: 31_000 })).toMatchObject({ changes: [] })
      expect(await feed.run({ afterMs: SWEEP_MS })).toMatchObject({
        changes: [],
        failed: undefined,
      })
      expect(await feed.held()).toMatchObject({ code: 'deletions_unlikely' })
      const ran = await feed.run()
      expect(ran).toMatchObject({ changes: [], failed: undefined })
      expect(ran.notes).toEqual([expect.stringMatching(/^1 objects are asked for again/)])
      faults.off('admin-role-narrowed')
      await feed.run({ afterMs: SWEEP_MS })
      expect(await feed.held()).toBeUndefined()
      expect([...feed.delivered.keys()].toSorted()).toEqual(await idsInOrg(feed.emulated, 'users'))
    },
  )

  test('are not passed on where everything that is known is hinted, and a narrowed role hides it all', async () => {
    const feed = await swept({ users: 4, assumptions: { userOutOfReach: '404' } })
    const { running, admin } = feed.emulated
    for (const { id } of running.org.users) {
      const path = `/api/v1/users/${id}`
      await admin.request({ method: 'POST', path, body: { profile: { nickName: 'Bo' } } })
    }
    await feed.run({ afterMs: 5_000 })
    running.faults.on('admin-role-narrowed')
    expect(await feed.run({ afterMs: 31_000 })).toMatchObject({ changes: [] })
    running.faults.off('admin-role-narrowed')
    await feed.run()
    expect([...feed.delivered.keys()].toSorted()).toEqual(await idsInOrg(feed.emulated, 'users'))
  })

  test('are not passed on where the list of every app is to be read again, and the org hides every app', async () => {
    const feed = await objectFeed(
      opened.store,
      await orgOnClock({ users: 6, apps: 3 }),
      'app-assignments',
    )
    await feed.run()
    const { running, admin } = feed.emulated
    const group = running.org.everyoneId
    for (const { id } of running.org.apps) {
      await admin.request({ method: 'PUT', path: `/api/v1/apps/${id}/groups/${group}`, body: {} })
    }
    await feed.run({ afterMs: 5_000 })
    const org = feed.emulated.client({
      clock: feed.clock,
      transport: (request) =>
        fetchTransport({ ...request, url: request.url.replace(/\/apps\/\w+/, '/apps/0oahidden') }),
    })
    const ran = await feed.run({ afterMs: 31_000, org })
    expect(ran).toMatchObject({ changes: [], failed: undefined })
    expect(ran.notes).toContainEqual(expect.stringContaining('objects are asked for again'))
  })

  test('say what is wrong once where the log cannot be read, and everything else goes on', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(WITHOUT_LOG), 'groups')
    const first = await feed.run()
    expect(first.notes).toEqual([expect.stringContaining('Grant okta.logs.read')])
    expect(first.failed).toBeUndefined()
    expect((await feed.run()).notes).toEqual([])
  })
})
