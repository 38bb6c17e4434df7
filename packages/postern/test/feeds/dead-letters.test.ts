/** @module Records that a sink refused, sent to it again. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { retryDeadLetters } from '../../src/feeds/dead-letters.ts'
import type { FeedRecord } from '../../src/sinks/record.ts'
import { listDeadLetters, putDeadLetters } from '../../src/store/dead-letters.ts'
import { findFeed } from '../../src/store/feeds.ts'
import { feedScenario } from './feed-scenario.ts'
import { SWEEP_MS } from './object-feed.ts'

const small = { users: 5, groups: 1, apps: 1, edition: 'unlimited', keyType: 'EC' } as const

const textOf = ({ op, id, version, line }: FeedRecord) => ({
  ...{ op, id, version, line: Buffer.from(line).toString('utf8') },
})

describe.each(stores)('dead letters that are sent again on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  /** A feed whose sink `main` refused three records, and `other` none. */
  async function refused(input: 'system-log' | 'users' = 'system-log') {
    const clock = new TestClock(new Date('2026-03-30T12:00:00.000Z'))
    const options = { ...small, clock, traffic: { perSecond: 0.01 } }
    const { app, admin } = await emulatedOrg(options, { clock })
    clock.advance(3_600_000)
    const feed = await feedScenario(kept.store, app, { input, sinks: ['main', 'other'] })
    const { sinks, feedId, context } = feed
    const refuse = (indexes: readonly number[]) => {
      sinks.onWrite = undefined
      const reason = { code: 'sink_record_refused', reason: 'Not that one.' }
      sinks.rejects = (_batch, name) =>
        name === 'main' ? indexes.map((index) => ({ index, ...reason })) : []
    }
    refuse([0, 2, 4])
    expect((await feed.run()).outcome).toBe('ok')
    const row = await findFeed(kept.store, feedId)
    if (row === undefined) throw new Error('There is no feed.')
    const given = new Map([...sinks.batches].map(([name, batches]) => [name, batches.length]))
    return {
      ...{ feed, refuse, sinks, admin, clock },
      letters: () => listDeadLetters(kept.store, feedId, { limit: 10 }),
      /** What a sink was given since. */
      again: (name: string) => (sinks.batches.get(name) ?? []).slice(given.get(name)),
      retry: () => retryDeadLetters(context, row),
    }
  }

  test.each(['system-log', 'users'] as const)(
    'go to the sink that refused them, and to no other, and are dropped: %s',
    async (input) => {
      const { refuse, sinks, letters, again, retry } = await refused(input)
      const [first] = sinks.batches.get('main') ?? []
      refuse([])
      expect(await retry()).toEqual({ sent: 3, refused: 0, superseded: 0 })
      const [batch] = again('main')
      const refusedThen = [0, 2, 4].flatMap((index) => first?.records[index] ?? [])
      expect(batch?.records.map(textOf)).toEqual(refusedThen.map(textOf))
      expect(batch).toMatchObject({ replay: true, seq: first?.seq, org: first?.org })
      expect(batch?.id).not.toBe(first?.id)
      expect([again('other'), await letters()]).toEqual([[], []])
      expect(await retry()).toEqual({ sent: 0, refused: 0, superseded: 0 })
    },
  )

  test('are dropped unsent where their objects changed or were deleted since', async () => {
    const { admin, again, clock, feed, letters, refuse, retry, sinks } = await refused('users')
    const [kept, changed, gone] = [0, 2, 4].map((at) => sinks.batches.get('main')?.[0]?.records[at])
    const body = { profile: { nickName: 'Bo' } }
    await admin.request({ method: 'POST', path: `/api/v1/users/${changed?.id}`, body })
    for (let step = 0; step < 2; step++) {
      await admin.request({ method: 'DELETE', path: `/api/v1/users/${gone?.id}` })
    }
    clock.advance(SWEEP_MS)
    refuse([])
    expect((await feed.run()).outcome).toBe('ok')
    const newer = again('main').flatMap(({ records }) => records.map(({ op, id }) => `${op} ${id}`))
    expect(newer.toSorted()).toEqual([`delete ${gone?.id}`, `upsert ${changed?.id}`])
    expect(await retry()).toEqual({ sent: 1, refused: 0, superseded: 2 })
    expect(
      again('main')
        .at(-1)
        ?.records.map(({ id }) => id),
    ).toEqual([kept?.id])
    expect(await letters()).toEqual([])
  })

  test('stay where they are refused again, with what is said of them now', async () => {
    const { refuse, letters, retry, sinks } = await refused()
    refuse([])
    sinks.onWrite = () => {
      sinks.rejects = () => [{ index: 1, code: 'sink_record_too_large', reason: 'Too long.' }]
    }
    expect(await retry()).toEqual({ sent: 2, refused: 1, superseded: 0 })
    expect(await letters()).toMatchObject([{ index: 2, code: 'sink_record_too_large' }])
  })

  test('stay while the sink takes nothing, and a feed goes on behind them as it was', async () => {
    const { feed, refuse, letters, retry, sinks } = await refused()
    refuse([])
    sinks.down.add('main')
    await expect(retry()).rejects.toMatchObject({ code: 'sink_unreachable' })
    expect(await letters()).toHaveLength(3)
    sinks.down.clear()
    expect(await retry()).toEqual({ sent: 3, refused: 0, superseded: 0 })
    const standing = await kept.store.db
      .selectFrom('feed_sink')
      .select(['seq', 'position', 'failures'])
      .where('feed_id', '=', feed.feedId)
      .execute()
    expect(standing[0]).toEqual(standing[1])
    expect((await feed.run()).outcome).toBe('ok')
  })

  test('stay where no sink could be given them', async () => {
    const { feed, refuse, letters, retry } = await refused()
    refuse([])
    const nowhere = { feedId: feed.feedId, sinkId: '', seq: 1 }
    const letter = { record: Buffer.from('{}'), code: 'page_record_invalid', reason: 'No uuid.' }
    await putDeadLetters(kept.store, nowhere, [letter], new Date())
    expect(await retry()).toEqual({ sent: 3, refused: 0, superseded: 0 })
    expect(await letters()).toMatchObject([{ code: 'page_record_invalid' }])
  })

  test('are not sent beside a run, nor is anything newer sent beside them', async () => {
    const { admin, clock, feed, refuse, retry, sinks } = await refused('users')
    refuse([])
    const [changed] = sinks.batches.get('other')?.[0]?.records.slice(1, 2) ?? []
    const body = { profile: { nickName: 'Bo' } }
    await admin.request({ method: 'POST', path: `/api/v1/users/${changed?.id}`, body })
    clock.advance(SWEEP_MS)
    let during: Promise<unknown> | undefined
    sinks.onWrite = async () => {
      sinks.onWrite = undefined
      during = retry()
      await during.catch(() => undefined)
    }
    expect((await feed.run()).outcome).toBe('ok')
    await expect(during).rejects.toMatchObject({ code: 'feed_running' })
    let beside: Promise<unknown> | undefined
    sinks.onWrite = async () => {
      sinks.onWrite = undefined
      beside = feed.run()
      await beside.catch(() => undefined)
    }
    expect(await retry()).toEqual({ sent: 3, refused: 0, superseded: 0 })
    await expect(beside).rejects.toThrow('under way')
  })

  test('are sent by one process at a time', async () => {
    const { retry, sinks } = await refused()
    sinks.onWrite = async () => {
      sinks.onWrite = undefined
      sinks.rejects = () => []
      expect(await retry()).toBeUndefined()
    }
    expect(await retry()).toEqual({ sent: 3, refused: 0, superseded: 0 })
  })
})
