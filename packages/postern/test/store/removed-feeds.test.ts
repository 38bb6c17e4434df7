/** @module What feeds leave that are removed: it goes in bounded steps, also where the removal was cut off. */

import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hearStatements } from '../../../../test/heard-statements.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { putDeadLetters } from '../../src/store/dead-letters.ts'
import { deleteFeed } from '../../src/store/feeds.ts'
import { putMirror } from '../../src/store/mirror.ts'
import { clearRemovedFeed, clearRemovedFeeds } from '../../src/store/removed-feeds.ts'
import { addRereads } from '../../src/store/rereads.ts'
import { keepFeed } from '../feeds/stored-feed.ts'

const USERS = 2_500
const now = new Date('2026-11-30T12:00:00.000Z')

describe.each(stores)('a feed that is removed on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  /** A feed that knows many users, and has a little of everything else. */
  const addFeed = async () => {
    const { store } = opened
    const feedId = randomUUID()
    await keepFeed(store, { id: feedId, name: feedId, input: 'users' }, { now })
    const users = Array.from({ length: USERS }, (_, number) => ({
      ...{ kind: 'user', id: `00u${number}`, parent: undefined },
      ...{ version: 1, hash: 'h', lastUpdated: undefined },
    }))
    await putMirror(store, feedId, users, { generation: 1, now })
    await addRereads(store, feedId, users.slice(0, 3), { dueAt: now })
    await sql`insert into spool (feed_id, seq, records, bytes, replay, read_at, body)
      values (${feedId}, 1, 1, 1, false, ${now}, ${Buffer.from('x')})`.execute(store.db)
    await sql`insert into ledger (feed_id, seq, ids)
      values (${feedId}, 1, ${Buffer.from('x')})`.execute(store.db)
    const letter = { record: Buffer.from('{}'), code: 'sink_record_refused', reason: '', index: 0 }
    await putDeadLetters(store, { feedId, sinkId: 'sink', seq: 1 }, [letter], now)
    return feedId
  }
  const countRows = async (feedId: string) => {
    const counts: Record<string, number> = {}
    for (const table of ['mirror', 'reread', 'spool', 'ledger', 'dead_letter']) {
      const { rows } = await sql`select from ${sql.table(table)}
        where feed_id = ${feedId}`.execute(opened.store.db)
      counts[table] = rows.length
    }
    return counts
  }
  const all = { mirror: USERS, reread: 3, spool: 1, ledger: 1, dead_letter: 1 }
  const nothing = { mirror: 0, reread: 0, spool: 0, ledger: 0, dead_letter: 0 }

  test('lets go of what it knows a thousand rows at a time, once it is gone itself', async () => {
    const { store } = opened
    const feedId = await addFeed()
    expect(await deleteFeed(store, feedId)).toBe(true)
    expect(await countRows(feedId)).toEqual(all)
    const work = () => clearRemovedFeed(store, feedId)
    const heard = await hearStatements(store, work, /^\s*delete from "mirror"/i)
    expect(heard).toHaveLength(Math.ceil(USERS / 1_000))
    expect(await countRows(feedId)).toEqual(nothing)
  })

  test('leaves nothing behind where its removal was cut off, and other feeds keep what they have', async () => {
    const { store } = opened
    const [removed, kept] = [await addFeed(), await addFeed()]
    await deleteFeed(store, removed)
    await clearRemovedFeeds(store)
    expect(await countRows(removed)).toEqual(nothing)
    expect(await countRows(kept)).toEqual(all)
  })
})
