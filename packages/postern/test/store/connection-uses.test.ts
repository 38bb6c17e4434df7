/** @module Which processes use a connection, as the store keeps it. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { putUses, readShared, removeUses } from '../../src/store/connection-uses.ts'
import { insertConnection } from '../../src/store/connections.ts'

// More than a statement may have parameters: 65,535.
const MANY = 70_000

describe.each(stores)('uses of connections on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('are counted for one connection of a fleet as for one alone, and those that are gone left out', async () => {
    const { store } = opened
    const connection = { orgUrl: 'https://acme.okta.com', kind: 'api-token', settings: {} } as const
    for (const id of ['first', 'last']) {
      await insertConnection(store, { ...connection, id, name: id }, new Date())
    }
    const ids = ['first', ...Array.from({ length: MANY }, (_, index) => `gone-${index}`), 'last']
    await putUses(store, 'one', ids)
    await putUses(store, 'one', ['first'])
    await putUses(store, 'other', ['last'])
    const shared = await readShared(store, ids)
    expect(shared.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: 'first', revision: 1, users: 1 },
      { id: 'last', revision: 1, users: 2 },
    ])
    await removeUses(store, 'one')
    expect(await readShared(store, ['first', 'last'])).toEqual(
      expect.arrayContaining([
        { id: 'first', revision: 1, users: 0 },
        { id: 'last', revision: 1, users: 1 },
      ]),
    )
  })
})
