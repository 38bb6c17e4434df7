/** @module What a feed knows of an org's objects, page by page. */

import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import {
  analyzeMirror,
  countBehind,
  countMissed,
  lastGeneration,
  listMissed,
  listMissedBehind,
  markMirror,
  putMirror,
  readMirror,
  removeMirror,
} from '../../src/store/mirror.ts'
import { addRereads, delayRereads, finishRereads, listDueRereads } from '../../src/store/rereads.ts'
import { type MirrorExcept, sampleMirror } from '../../src/store/sample-mirror.ts'

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes))

const member = (id: string, more: { version?: number; hash?: string } = {}) => ({
  kind: 'group-member',
  id: `g1/${id}`,
  parent: 'g1',
  version: 1,
  hash: 'h',
  lastUpdated: undefined,
  ...more,
})

describe.each(stores)('the mirror on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('finds what a complete read missed, and its number, without looking at every object', async () => {
    const { store } = opened
    const feedId = randomUUID()
    const rows = Array.from({ length: 3_000 }, (_, number) => member(`many${number}`))
    await putMirror(store, feedId, rows, { generation: 1, now: at(1) })
    await markMirror(store, feedId, rows.slice(1), 2)
    await analyzeMirror(store)
    const plan = async (question: RawBuilder<unknown>) => {
      const { rows: lines } = await sql<object>`explain ${question}`.execute(store.db)
      return JSON.stringify(lines)
    }
    const missed = sql`select id from mirror where feed_id = ${feedId} and generation < 2`
    const last = sql`select max(generation) from mirror where feed_id = ${feedId}`
    expect(await plan(missed)).toContain('mirror_generation')
    expect(await plan(last)).toContain('mirror_generation')
  })

  test('keeps a page of objects, what became of them, and when each was first seen', async () => {
    const { store } = opened
    const feedId = randomUUID()
    const [one, two] = [member('u1'), member('u2')]
    await putMirror(store, feedId, [one, two], { generation: 1, now: at(1) })
    await putMirror(store, feedId, [{ ...one, version: 2, hash: 'i', lastUpdated: at(0) }], {
      generation: 2,
      now: at(2),
    })
    const rows = await readMirror(store, feedId, [one, two, member('u3')])
    expect(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      {
        kind: 'group-member',
        id: 'g1/u1',
        parent: 'g1',
        version: 2,
        hash: 'i',
        last_updated: at(0),
        generation: 2,
        changed_at: at(2),
        deleted_at: null,
      },
      {
        kind: 'group-member',
        id: 'g1/u2',
        parent: 'g1',
        version: 1,
        hash: 'h',
        last_updated: null,
        generation: 1,
        changed_at: at(1),
        deleted_at: null,
      },
    ])
    const missed = { feedId, kinds: ['group-member'], generation: 2, since: at(2) }
    expect(await countMissed(store, missed)).toEqual([
      { kind: 'group-member', seen: 1, missed: 1, adopted: 0 },
    ])
    expect(await listMissed(store, missed, 10)).toEqual([
      { kind: 'group-member', id: 'g1/u2', parent: 'g1' },
    ])
    const behind = { feedId, kind: 'group-member', parent: 'g1' }
    expect(await listMissedBehind(store, behind, 2, 10)).toHaveLength(1)
    await markMirror(store, feedId, [two], 3)
    expect(await countMissed(store, missed)).toEqual([
      { kind: 'group-member', seen: 2, missed: 0, adopted: 0 },
    ])
    expect(await lastGeneration(store, feedId, behind)).toBe(3)
    expect(await lastGeneration(store, randomUUID())).toBe(0)
    const sampled = (except: MirrorExcept) =>
      sampleMirror(store, { ...behind, generation: 3 }, { except, limit: 5 })
    expect(await sampled({})).toEqual([{ id: 'g1/u2', parent: 'g1' }])
    expect(await sampled({ ids: ['g1/u2'] })).toEqual([])
    expect(await sampled({ parent: 'g1' })).toEqual([])
    const counted = await countBehind(store, { ...behind, parents: ['g1', 'g2'] })
    expect([...counted]).toEqual([['g1', 2]])
  })

  test('counts a deletion as a change, once, and goes on counting where the object comes back', async () => {
    const { store } = opened
    const feedId = randomUUID()
    const one = member('u1')
    const gone = (hour: number) => ({ now: at(hour), resyncedBy: 0 })
    await putMirror(store, feedId, [one], { generation: 1, now: at(1) })
    expect(await removeMirror(store, feedId, [one, member('u9')], gone(2))).toMatchObject([
      { id: 'g1/u1', version: 2, hash: 'h', deleted_at: at(2) },
    ])
    expect(await removeMirror(store, feedId, [one], gone(3))).toEqual([])
    await putMirror(store, feedId, [{ ...one, version: 3 }], { generation: 1, now: at(4) })
    expect(await readMirror(store, feedId, [one])).toMatchObject([{ version: 3, deleted_at: null }])
  })

  test('gathers what is to be read again: early, and once more', async () => {
    const { store } = opened
    const feedId = randomUUID()
    const [one, two] = [member('u1'), member('u2')]
    const due = (minutes: number) => listDueRereads(store, feedId, at(minutes), 10)
    await addRereads(store, feedId, [one, one], { dueAt: at(1), againAt: at(10) })
    await addRereads(store, feedId, [one], { dueAt: at(2), againAt: at(11) })
    await addRereads(store, feedId, [two], { dueAt: at(2) })
    expect(await due(1)).toEqual([{ kind: 'group-member', id: 'g1/u1' }])
    await finishRereads(store, feedId, [one])
    expect(await due(10)).toEqual([{ kind: 'group-member', id: 'g1/u2' }])
    await delayRereads(store, feedId, [two], at(20))
    expect(await due(11)).toEqual([{ kind: 'group-member', id: 'g1/u1' }])
    await finishRereads(store, feedId, [one, two])
    expect(await due(30)).toEqual([])
  })
})
