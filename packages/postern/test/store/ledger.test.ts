/** @module What a feed remembers of the events that it has read. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { ledgerEntry, pruneLedger, putLedgerEntry, withoutKnown } from '../../src/store/ledger.ts'

const DAY_MS = 86_400_000
const now = new Date('2026-11-30T12:00:00.000Z')

describe.each(stores)('the ledger of a feed on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const remember = (feedId: string, seq: number, daysAgo: number) =>
    putLedgerEntry(
      opened.store,
      { feedId, seq },
      ledgerEntry([`event-${seq}`], undefined),
      new Date(now.getTime() - daysAgo * DAY_MS),
    )
  const forgottenOf = async (feedId: string, ...seqs: readonly number[]) => {
    const ids = seqs.map((seq) => `event-${seq}`)
    return [...(await withoutKnown(opened.store, feedId, ids))]
  }

  test('goes back three days from the last batch, however long ago that was, each feed by itself', async () => {
    for (const feedId of ['f1', 'f2']) {
      await remember(feedId, 1, 43.01)
      await remember(feedId, 2, 42.99)
      await remember(feedId, 3, 40)
    }
    await pruneLedger(opened.store, 'f1', now)
    expect(await forgottenOf('f1', 1, 2, 3)).toEqual(['event-1'])
    expect(await forgottenOf('f2', 1, 2, 3)).toEqual([])
  })

  test('goes back three days from where a feed is that has not caught up with its log', async () => {
    await remember('f5', 1, 23.01)
    await remember('f5', 2, 22.99)
    await remember('f5', 3, 0)
    await pruneLedger(opened.store, 'f5', new Date(now.getTime() - 20 * DAY_MS))
    expect(await forgottenOf('f5', 1, 2, 3)).toEqual(['event-1'])
  })

  test('knows an event that was read sixty batches ago', async () => {
    for (let seq = 1; seq <= 61; seq++) await remember('f3', seq, 0)
    expect(await forgottenOf('f3', 1, 61, 62)).toEqual(['event-62'])
  })

  test('that is empty has nothing to forget', async () => {
    await pruneLedger(opened.store, 'f4', now)
    expect(await forgottenOf('f4', 1)).toEqual(['event-1'])
  })
})
