/** @module The store promises the same on both kinds of database. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { readDurability } from '../../src/store/durability.ts'

describe.each(stores)('the store on $name', ({ name, open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('keeps what a transaction wrote, also when it is opened anew', async () => {
    await opened.store.transaction(async () => {
      await addDomain('kept.example')
      expect(await hosts()).toContain('kept.example')
    })
    await opened.reopen()
    expect(await hosts()).toContain('kept.example')
  })

  test('keeps nothing of a transaction that failed, whatever was called inside', async () => {
    const failing = opened.store.transaction(async () => {
      await opened.store.transaction(() => addDomain('lost.example'))
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await hosts()).not.toContain('lost.example')
  })

  test('gives whole numbers as numbers and bytes as bytes', async () => {
    const head = await opened.store.db
      .selectFrom('audit_head')
      .selectAll()
      .executeTakeFirstOrThrow()
    expect({ ...head, hash: [...head.hash] }).toEqual({
      id: 1,
      seq: 0,
      hash: Array.from({ length: 32 }, () => 0),
    })
  })

  test('says whether a commit is on the disk when it is acknowledged', async () => {
    // The server of the tests is told to spare the disk.
    const mode = name === 'PGlite' ? 'each-commit' : 'relaxed'
    expect(await readDurability(opened.store)).toMatchObject({ mode })
  })

  test('shows everything it holds as text', async () => {
    await addDomain('shown.example')
    expect(await opened.dump()).toContain('shown.example')
  })

  async function addDomain(host: string): Promise<void> {
    await opened.store.db.insertInto('domain').values({ host, created_at: new Date() }).execute()
  }

  async function hosts(): Promise<string[]> {
    const rows = await opened.store.db.selectFrom('domain').select('host').execute()
    return rows.map(({ host }) => host)
  }
})
