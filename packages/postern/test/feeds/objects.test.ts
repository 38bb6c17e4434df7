/** @module A copy of an org's objects: what is passed on, and what is not. */

import type { InputName } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { idsInOrg, objectFeed, orgOnClock, SWEEP_MS } from './object-feed.ts'

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
})
