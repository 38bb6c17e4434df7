/** @module A copy of an org's objects: what is passed on, and what is not. */

import { fetchTransport, getInput, type InputName, identify } from '@postern/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hearStatements } from '../../../../test/heard-statements.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { hashObjects, takePage } from '../../src/feeds/mirroring.ts'
import { putStreamState } from '../../src/store/feed-streams.ts'
import { addRereads, listDueRereads } from '../../src/store/rereads.ts'
import { feedScenario } from './feed-scenario.ts'
import { idsInOrg, objectFeed, orgOnClock, SWEEP_MS } from './object-feed.ts'

const WITHOUT_LOG = {
  scopes: ['okta.users.read', 'okta.groups.read', 'okta.apps.read'],
} as const

const DAY_MS = 86_400_000

const inputs: readonly InputName[] = ['users', 'groups', 'group-members', 'apps', 'app-assignments']

describe.each(stores)('a feed of objects on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test.each(inputs)('passes all %s on once, and nothing where nothing changed', async (input) => {
    const feed = await objectFeed(opened.store, await orgOnClock(), input)
    const expected = await idsInOrg(feed.emulated, input)
    expect(expected.length).toBeGreaterThan(2)
    const first = await feed.run()
    expect(first.failed).toBeUndefined()
    expect(first.changes.toSorted()).toEqual(expected.map((id) => `upsert ${id} 1`).toSorted())
    const { batches } = feed
    for (const afterMs of [60_000, SWEEP_MS]) {
      expect(await feed.run({ afterMs })).toMatchObject({
        changes: [],
        notes: [],
        failed: undefined,
      })
    }
    expect(feed.batches).toBe(batches)
    expect((await feed.state('sweep'))?.['generation']).toBeGreaterThan(1)
  })

  test.each(inputs)('run with its sinks, delivers all %s and is done', async (input) => {
    const { emulated } = await orgOnClock()
    const scenario = await feedScenario(opened.store, emulated.app, { input })
    const { outcome, report, more } = await scenario.run()
    const { length } = await idsInOrg(emulated, input)
    expect({ outcome, more, emitted: report.emitted }).toEqual({
      outcome: 'ok',
      more: false,
      emitted: length,
    })
    expect(Object.keys(report.cursors)).toEqual(['hints', 'incremental', 'sweep'])
    expect((await scenario.run()).report).toMatchObject({ emitted: 0, batches: 0 })
  })

  test.each(['users', 'groups'] as const)(
    'that finds %s as they were writes nothing of what changed',
    async (input) => {
      const feed = await objectFeed(opened.store, await orgOnClock(), input)
      const { org } = feed.emulated.running
      const writtenAt = async () => {
        const row = await opened.store.db
          .selectFrom('feed_stream')
          .select(sql<string>`xmin::text`.as('written'))
          .where('feed_id', '=', feed.feedId)
          .where('name', '=', 'incremental')
          .executeTakeFirst()
        return row?.written
      }
      await feed.run()
      await feed.run({ afterMs: 60_000 })
      const written = await writtenAt()
      expect(written).toBeDefined()
      expect((await feed.run({ afterMs: 60_000 })).changes).toEqual([])
      expect(await writtenAt()).toBe(written)
      const [user] = [...org.users]
      if (user === undefined) throw new Error('There is no user.')
      if (input !== 'users') return
      await feed.emulated.admin.request({
        ...{ method: 'POST', path: `/api/v1/users/${user.id}` },
        body: { profile: { nickName: 'Somebody else' } },
      })
      expect((await feed.run({ afterMs: 60_000 })).changes).toHaveLength(1)
      expect(await writtenAt()).not.toBe(written)
    },
  )

  test('says that its place in the log was refused only where it was', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    const { faults } = feed.emulated.running
    faults.on('feature-not-licensed=feature:/api/v1/logs')
    expect((await feed.run()).notes).toEqual([
      expect.stringContaining('told nothing of changes (feature_unavailable)'),
    ])
    faults.off('feature-not-licensed')
    faults.on('cursor-refused=path:/api/v1/logs,times:1')
    const { notes, failed } = await feed.run()
    expect(failed).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('The place in the log was refused')])
  })

  test.each(['server-error', 'truncated-json'])(
    'asks for changes and reads everything while the log gives a %s, and says why it told nothing',
    async (fault) => {
      const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
      await feed.run()
      const { running, admin } = feed.emulated
      const [, user, other] = [...running.org.users]
      running.faults.on(`${fault}=path:/api/v1/logs`)
      const body = { profile: { nickName: 'Bo' } }
      await admin.request({ method: 'POST', path: `/api/v1/users/${user?.id}`, body })
      const { changes, failed, more, notes } = await feed.run()
      expect({ changes, failed, more }).toEqual({
        changes: [`upsert user ${user?.id} 2`],
        failed: undefined,
        more: true,
      })
      expect(notes).toEqual([expect.stringMatching(/^The System Log told nothing of changes \(/)])
      await admin.request({
        method: 'POST',
        path: `/api/v1/users/${other?.id}/lifecycle/deactivate`,
      })
      await admin.request({ method: 'DELETE', path: `/api/v1/users/${other?.id}` })
      const { changes: gone } = await feed.run({ afterMs: SWEEP_MS })
      expect(gone.at(-1)).toMatch(`delete user ${other?.id}`)
      running.faults.off(fault)
      expect(await feed.run()).toMatchObject({ changes: [], notes: [], more: false })
    },
  )

  test.each(['users', 'groups', 'group-members'] as const)(
    'says that the role is missing long before the next complete read: %s',
    async (input) => {
      const feed = await objectFeed(opened.store, await orgOnClock(), input)
      await feed.run()
      const { faults } = feed.emulated.running
      faults.on('admin-role-missing')
      expect(await feed.run()).toMatchObject({ changes: [], failed: 'role_missing' })
      faults.off('admin-role-missing')
      expect(await feed.run()).toMatchObject({ changes: [], failed: undefined })
    },
  )

  test('says that the role is missing also where the clock was ahead when the org was last seen to show something', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    await feed.run()
    const state = await feed.state('incremental')
    expect(state).toHaveProperty('sightedAt')
    const now = feed.clock.now()
    const ahead = { ...state, sightedAt: new Date(now.getTime() + DAY_MS).toISOString() }
    const at = { feedId: feed.feedId, name: 'incremental', state: ahead }
    await putStreamState(opened.store, at, now)
    feed.emulated.running.faults.on('admin-role-missing')
    expect(await feed.run()).toMatchObject({ changes: [], failed: 'role_missing' })
  })

  test('lets go of what it was to read again and knows nothing of', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    const key = { kind: 'of another version', id: '1' }
    await addRereads(opened.store, feed.feedId, [key], { dueAt: feed.clock.now() })
    expect(await feed.run()).toMatchObject({ changes: [], more: false, failed: undefined })
    expect(await listDueRereads(opened.store, feed.feedId, feed.clock.now(), 1)).toEqual([])
  })

  test('hears of a change from the log and reads the object by its id: half a minute later, and once more', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    const { admin, running } = feed.emulated
    const [, user] = [...running.org.users]
    const path = `/api/v1/users/${user?.id}`
    // Far behind, so that asking for changes does not find it first.
    running.faults.on('index-behind=3600')
    await admin.request({ method: 'POST', path, body: { profile: { nickName: 'Bo' } } })
    expect((await feed.run({ afterMs: 5_000 })).changes).toEqual([])
    expect((await feed.run({ afterMs: 31_000 })).changes).toEqual([`upsert user ${user?.id} 2`])
    const due = () =>
      opened.store.db.selectFrom('reread').selectAll().where('feed_id', '=', feed.feedId).execute()
    expect(await due()).toMatchObject([{ id: user?.id, again_at: null }])
    expect((await feed.run()).changes).toEqual([])
    expect(await due()).toEqual([])
  })

  test('asks for changes where the log cannot be read, and takes each once', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(WITHOUT_LOG), 'users')
    await feed.run()
    const { admin, running } = feed.emulated
    const [, user] = [...running.org.users]
    const path = `/api/v1/users/${user?.id}`
    for (const version of [2, 3]) {
      const body = { profile: { nickName: `Bo ${version}` } }
      await admin.request({ method: 'POST', path, body })
      expect((await feed.run()).changes).toEqual([`upsert user ${user?.id} ${version}`])
      expect((await feed.run({ afterMs: 1_000 })).changes).toEqual([])
    }
  })

  test('misses no change because the clock of this machine is ahead, nor because the index is behind', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(WITHOUT_LOG), 'users')
    const { admin, running, client } = feed.emulated
    const { clock } = feed
    const org = client({
      clock: {
        now: () => new Date(clock.now().getTime() + DAY_MS),
        monotonicMs: () => clock.monotonicMs(),
        sleep: (waitMs, options) => clock.sleep(waitMs, options),
      },
    })
    await feed.run({ org })
    const [, user] = [...running.org.users]
    running.faults.on('index-behind=300')
    for (const version of [2, 3]) {
      const body = { profile: { nickName: `Bo ${version}` } }
      await admin.request({ method: 'POST', path: `/api/v1/users/${user?.id}`, body })
      // What the index does not show yet is asked for again.
      expect((await feed.run({ org, afterMs: 60_000 })).changes).toEqual([])
      expect((await feed.run({ org, afterMs: 300_000 })).changes).toEqual([
        `upsert user ${user?.id} ${version}`,
      ])
    }
  })

  test('reads the members of a group again when lastMembershipUpdated moved, those of no other group', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(WITHOUT_LOG), 'group-members')
    await feed.run()
    const { admin, running, client } = feed.emulated
    const group = await admin.request({
      method: 'POST',
      path: '/api/v1/groups',
      body: { profile: { name: 'New' } },
    })
    const { id } = group.json() as { readonly id: string }
    const ids = [...running.org.users].slice(0, 3).map((user) => user.id)
    for (const user of ids) {
      await admin.request({ method: 'PUT', path: `/api/v1/groups/${id}/users/${user}` })
    }
    expect((await feed.run()).changes.toSorted()).toEqual(
      ids.map((user) => `upsert group-member ${id}/${user} 1`).toSorted(),
    )
    // Read once more a while later, and then not again.
    expect((await feed.run()).changes).toEqual([])
    const [first] = ids
    await admin.request({ method: 'DELETE', path: `/api/v1/groups/${id}/users/${first}` })
    const asked: string[] = []
    const org = client({
      clock: feed.clock,
      transport: (request) => {
        asked.push(new URL(request.url).pathname)
        return fetchTransport(request)
      },
    })
    const ran = await feed.run({ org })
    expect(ran.changes).toEqual([`delete group-member ${id}/${first} 2`])
    const lists = asked.filter((path) => /\/groups\/.*\/users$/.test(path))
    expect([...new Set(lists)]).toEqual([`/api/v1/groups/${id}/users`])
  })

  test('lets no index that is behind replace what is newer, or bring back who is gone', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    const { admin, running } = feed.emulated
    await feed.run()
    running.faults.on('index-behind=86400')
    const [, changed, removed] = [...running.org.users]
    await admin.request({
      method: 'POST',
      path: `/api/v1/users/${changed?.id}`,
      body: { profile: { nickName: 'Bo' } },
    })
    for (let step = 0; step < 2; step++) {
      await admin.request({ method: 'DELETE', path: `/api/v1/users/${removed?.id}` })
    }
    await feed.run({ afterMs: 1_000 })
    expect((await feed.run({ afterMs: 31_000 })).changes.toSorted()).toEqual([
      `delete user ${removed?.id} 2`,
      `upsert user ${changed?.id} 2`,
    ])
    // A sweep is due at once.
    await opened.store.db.deleteFrom('feed_stream').where('feed_id', '=', feed.feedId).execute()
    for (const afterMs of [1_000, 60_000, 700_000]) {
      expect(await feed.run({ afterMs })).toMatchObject({ changes: [], failed: undefined })
    }
  })

  test('says of each change a later time than of the one before, also where the clock was set back', async () => {
    const { store } = opened
    const feed = await objectFeed(store, await orgOnClock(), 'users')
    await feed.run()
    const aheadMs = feed.clock.now().getTime() + DAY_MS
    await store.db
      .updateTable('mirror')
      .set({ changed_at: new Date(aheadMs) })
      .where('feed_id', '=', feed.feedId)
      .execute()
    const { admin, running } = feed.emulated
    const [, user] = [...running.org.users]
    const path = `/api/v1/users/${user?.id}`
    const seenAt = async () => (await feed.run()).records.map((record) => record.observedAt)
    await admin.request({ method: 'POST', path, body: { profile: { nickName: 'Bo' } } })
    expect(await seenAt()).toEqual([new Date(aheadMs + 1)])
    expect(await seenAt()).toEqual([])
    for (let step = 0; step < 2; step++) await admin.request({ method: 'DELETE', path })
    expect(await seenAt()).toEqual([])
    expect(await seenAt()).toEqual([new Date(aheadMs + 2)])
  })

  test('lets the database count the copy where it has grown, and not in each complete read', async () => {
    const { store } = opened
    const feed = await objectFeed(
      store,
      await orgOnClock({ ...WITHOUT_LOG, users: 1_100 }),
      'users',
    )
    const counted = async (afterMs?: number) => {
      const run = async () => {
        expect(await feed.run(afterMs === undefined ? {} : { afterMs })).toMatchObject({
          failed: undefined,
        })
      }
      return (await hearStatements(store, run, /^analyze/)).length
    }
    expect(await counted()).toBe(1)
    expect(await counted(SWEEP_MS)).toBe(0)
    expect(await feed.state('sweep')).toMatchObject({ phase: 'done', generation: 2 })
  })

  test('costs three statements for a page on which nothing changed', async () => {
    const { store } = opened
    const feed = await objectFeed(store, await orgOnClock({ users: 200 }), 'users')
    await feed.run()
    const { mirrored } = getInput('users')
    if (mirrored === undefined) throw new Error('No copy of users is kept.')
    const page = await feed.emulated.app
      .pages('/api/v1/users', { query: { search: 'status pr' }, limit: 200 })
      .next()
    const objects = (page.value?.records ?? []).flatMap(
      (record) => identify(mirrored, record) ?? [],
    )
    expect(objects).toHaveLength(200)
    let statements = 0
    const { db } = store
    const counted = db.withPlugin({
      transformQuery: ({ node }) => {
        statements++
        return node
      },
      transformResult: async ({ result }) => result,
    })
    const spied = vi.spyOn(store, 'db', 'get').mockReturnValue(counted)
    const context = {
      store,
      org: feed.emulated.app,
      feed: { id: feed.feedId, name: 'users', input: 'users', settings: {} } as const,
      spool: { readState: feed.state, commit: async () => undefined },
    }
    const sight = { isCurrent: false, generation: 9, isComplete: true }
    const records = await takePage(context, hashObjects(mirrored, objects), sight)
    spied.mockRestore()
    expect({ records, statements }).toEqual({ records: [], statements: 3 })
  })
})
