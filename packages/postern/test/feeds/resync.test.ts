/** @module A feed of objects that is asked to pass on everything again. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { askResync } from '../../src/store/resync.ts'
import {
  idsInOrg,
  type ObjectFeed,
  objectFeed,
  orgOnClock,
  type Ran,
  SWEEP_MS,
} from './object-feed.ts'

describe.each(stores)('a feed that is asked to pass on everything again, on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const ask = ({ feedId, clock }: ObjectFeed) => askResync(opened.store, feedId, clock.now())
  const inputs = ['users', 'groups', 'group-members', 'apps', 'app-assignments'] as const

  test.each(inputs)(
    'passes on every object of %s once more, and then only changes',
    async (input) => {
      const feed = await objectFeed(opened.store, await orgOnClock(), input)
      const first = await feed.run()
      expect((await feed.run()).changes).toEqual([])
      await ask(feed)
      const again = await feed.run()
      expect(again.changes.toSorted()).toEqual(first.changes.map(asNextVersion).toSorted())
      expect(again.records.map(contentOf).toSorted()).toEqual(
        first.records.map(contentOf).toSorted(),
      )
      expect((await feed.run()).changes).toEqual([])
    },
  )

  test('begins anew where it was asked in the middle of a complete read', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock({ users: 850 }), 'users')
    const part = await feed.run({ pages: 1 })
    expect(part.changes.length).toBeLessThan(850)
    await ask(feed)
    const rest = await feed.run()
    expect(idsOf(rest)).toEqual(await idsInOrg(feed.emulated, 'users'))
  })

  test('goes on after each page, and passes on no object twice', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock({ users: 850 }), 'users')
    await feed.run()
    await ask(feed)
    const runs: Ran[] = []
    for (let pages = 0; pages < 6; pages++) runs.push(await feed.run({ pages: 2 }))
    expect(runs[0]?.changes.length).toBeLessThan(850)
    const all = runs.flatMap(idsOf).toSorted()
    expect(all).toEqual(await idsInOrg(feed.emulated, 'users'))
  })

  test('reads by its id what an index that is behind shows as it was', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    const { org, faults } = feed.emulated.running
    const [, user] = [...org.users]
    if (user === undefined) throw new Error('The org has no user.')
    faults.on('index-behind=3600')
    const path = `/api/v1/users/${user.id}`
    const body = { profile: { nickName: 'changed' } }
    await feed.emulated.admin.request({ method: 'POST', path, body })
    await feed.run({ afterMs: 5_000 })
    expect(idsOf(await feed.run({ afterMs: 31_000 }))).toEqual([`user ${user.id}`])
    await ask(feed)
    const again = [await feed.run({ afterMs: 1_000 }), await feed.run(), await feed.run()]
    expect([...new Set(again.flatMap(idsOf))].toSorted()).toEqual(
      await idsInOrg(feed.emulated, 'users'),
    )
    const last = feed.delivered.get(`user ${user.id}`)
    expect(Buffer.from(last?.raw ?? '').toString()).toContain('changed')
    expect(again.flatMap(({ changes }) => changes).join()).not.toContain('delete')
  })

  test('passes on once more what was deleted before, and what is deleted meanwhile once', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    const { org } = feed.emulated.running
    const [before, meanwhile] = [...org.users].slice(-2)
    if (before === undefined || meanwhile === undefined) throw new Error('The org has no users.')
    org.removeUser(before)
    const first = await feed.run({ afterMs: SWEEP_MS })
    expect(first.changes).toEqual([`delete user ${before.id} 2`])
    org.removeUser(meanwhile)
    await ask(feed)
    const again = await feed.run()
    const deletions = again.records.filter(({ op }) => op === 'delete')
    expect(again.changes.filter((change) => change.startsWith('delete')).toSorted()).toEqual(
      [`delete user ${before.id} 3`, `delete user ${meanwhile.id} 2`].toSorted(),
    )
    // Seen long ago: of two feeds that write to one table, the one that saw it last is believed.
    expect(deletions.find(({ id }) => id === before.id)?.observedAt).toEqual(
      first.records[0]?.observedAt,
    )
    expect((await feed.run({ afterMs: SWEEP_MS })).changes).toEqual([])
  })

  test('passes on no deletion of what an index shows again before it was read by its id', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    const { org } = feed.emulated.running
    const [user] = [...org.users].slice(-1)
    if (user === undefined) throw new Error('The org has no user.')
    org.removeUser(user)
    await feed.run({ afterMs: SWEEP_MS })
    org.putUser(user, { settled: true })
    await ask(feed)
    const again = [await feed.run(), await feed.run()].flatMap(({ changes }) => changes)
    expect(again.filter((change) => change.includes(user.id))).toEqual([`upsert user ${user.id} 3`])
    expect(again.join()).not.toContain('delete')
  })

  test('passes on no deletion that is held back', async () => {
    const feed = await objectFeed(opened.store, await orgOnClock(), 'users')
    await feed.run()
    const { org } = feed.emulated.running
    for (const user of [...org.users].slice(-6)) org.removeUser(user)
    await ask(feed)
    const again = await feed.run()
    expect(again.changes.join()).not.toContain('delete')
    expect((await feed.held())?.code).toBe('deletions_unlikely')
  })
})

function asNextVersion(change: string): string {
  return change.replace(/ (\d+)$/, (_, version: string) => ` ${Number(version) + 1}`)
}

function contentOf({ kind, id, raw }: Ran['records'][number]): string {
  return `${kind} ${id} ${Buffer.from(raw ?? '').toString()}`
}

function idsOf({ records }: Ran): readonly string[] {
  return records.map(({ kind, id }) => `${kind} ${id}`).toSorted()
}
