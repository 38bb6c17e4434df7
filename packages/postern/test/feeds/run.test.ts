/** @module One run of a feed: whose it is, when it ends, and what it tells. */

import { setTimeout as sleep } from 'node:timers/promises'
import { queryObjects } from 'node:v8'
import { addEvents } from '@postern/emulator'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { hearStatements } from '../../../../test/heard-statements.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { confirmDeletions } from '../../src/feeds/confirm-deletions.ts'
import { FeedRun } from '../../src/feeds/feed-run.ts'
import { runFeed } from '../../src/feeds/run.ts'
import { RunNotes } from '../../src/feeds/run-notes.ts'
import { removeFeedSink } from '../../src/store/feed-sinks.ts'
import { deleteFeed, holdFeedRow } from '../../src/store/feeds.ts'
import { putHeldDeletions, readHeldDeletions } from '../../src/store/held-deletions.ts'
import { openStore } from '../../src/store/open.ts'
import { listRuns } from '../../src/store/runs.ts'
import { SealError } from '../../src/store/seal-error.ts'
import type { Store } from '../../src/store/store.ts'
import { feedScenario } from './feed-scenario.ts'
import { steppedStore } from './steps.ts'
import { storeFeed } from './stored-feed.ts'

const small = { users: 3, groups: 1, apps: 1, edition: 'unlimited', keyType: 'EC' } as const

/** A clock on which a wait ends with its signal alone. */
class WaitingClock extends TestClock {
  override sleep(waitMs: number, options?: { readonly signal?: AbortSignal }): Promise<void> {
    this.waits.push(waitMs)
    return new Promise((_resolve, reject) => {
      const { signal } = options ?? {}
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }
}

describe.each(stores)('a run of a feed on $name', ({ open }) => {
  let kept: TestStore
  beforeAll(async () => {
    kept = await open()
  })
  afterAll(() => kept.close())

  test('is nobody’s while somebody else has its lease', async () => {
    const { app } = await emulatedOrg(small)
    const { context, feedId } = await feedScenario(kept.store, app)
    const until = sql<Date>`now() + interval '30 seconds'`
    await kept.store.db
      .insertInto('lease')
      .values({ name: `feed:${feedId}`, holder: 'somebody else', until })
      .execute()
    const run = runFeed(context, feedId, { trigger: 'schedule' })
    expect([await run, await listRuns(kept.store, feedId, 10)]).toEqual([undefined, []])
  })

  test.each([
    ['system-log', 5],
    ['users', 8],
  ] as const)('of %s that finds nothing is %i statements', async (input, most) => {
    const { app } = await emulatedOrg(small)
    const { run } = await feedScenario(kept.store, app, { input })
    for (let before = 0; before < 3; before++) await run()
    const any = /^\s*(?:select|with|insert|update|delete)\b/i
    const heard = await hearStatements(kept.store, run, any)
    expect(heard.map(({ text }) => text)).toHaveLength(most)
  })

  test('is held by nobody once it has ended, however long its connection stays', async () => {
    const { app } = await emulatedOrg(small)
    const { context, feedId } = await feedScenario(kept.store, app)
    const { org, signal } = await context.connections.open('acme')
    const connections = { open: async () => ({ org, signal }) }
    const before = queryObjects(FeedRun)
    await runFeed({ ...context, connections }, feedId, { trigger: 'schedule' })
    await expect.poll(() => queryObjects(FeedRun), { timeout: 20_000 }).toBe(before)
    expect(signal.aborted).toBe(false)
  })

  test('forgets old runs with each sixteenth', async () => {
    const { app } = await emulatedOrg(small)
    const { feedId, run } = await feedScenario(kept.store, app)
    await run()
    const { db } = kept.store
    await db
      .updateTable('run')
      .set({ started_at: new Date(0) })
      .execute()
    await db.updateTable('feed_state').set({ epoch: 14 }).where('feed_id', '=', feedId).execute()
    const epochs = async () => (await listRuns(kept.store, feedId, 10)).map(({ epoch }) => epoch)
    await run()
    expect(await epochs()).toEqual([15, 1])
    await run()
    expect(await epochs()).toEqual([16, 15])
  })

  test('forgets with each sixteenth what was read long ago, also while a sink is down', async () => {
    const { app, running } = await emulatedOrg(small)
    const { feedId, sinks, run } = await feedScenario(kept.store, app)
    const { db } = kept.store
    const remembered = async () => {
      const rows = await db
        .selectFrom('ledger')
        .select('seq')
        .where('feed_id', '=', feedId)
        .execute()
      return rows.map(({ seq }) => seq)
    }
    sinks.down.add('main')
    sinks.retryAfterMs = 60_000
    addEvents(running.org, { count: 1 })
    await run()
    const created_at = new Date(0)
    await db.updateTable('ledger').set({ created_at }).where('feed_id', '=', feedId).execute()
    addEvents(running.org, { count: 1 })
    await run()
    expect(await remembered()).toContain(1)
    await db.updateTable('feed_state').set({ epoch: 15 }).where('feed_id', '=', feedId).execute()
    expect((await run()).outcome).toBe('partial')
    expect(await remembered()).not.toContain(1)
  })

  test('delivers what was read before also where its connection does not open', async () => {
    const { app, running } = await emulatedOrg(small)
    const { sinks, run } = await feedScenario(kept.store, app)
    sinks.retryAfterMs = 60_000
    sinks.down.add('main')
    for (let batches = 0; batches < 2; batches++) {
      addEvents(running.org, { count: 1 })
      await run()
    }
    sinks.down.clear()
    const locked = new SealError('seal_locked', 'The store is locked.', { remedy: 'Unlock it.' })
    const connections = { open: () => Promise.reject(locked) }
    expect(await run({ trigger: 'request' }, { connections })).toMatchObject({
      outcome: 'failed',
      report: { error: { code: 'seal_locked' } },
    })
    const [{ org } = {}] = sinks.batches.get('main') ?? []
    expect([sinks.batches.get('main')?.map(({ seq }) => seq), org]).toEqual([
      [1, 2],
      new URL(app.url).host,
    ])
  })

  test('tells of no sink that was taken out of the feed while it was behind', async () => {
    const { app, running } = await emulatedOrg(small)
    const { feedId, sinks, run } = await feedScenario(kept.store, app, { sinks: ['x', 'y'] })
    sinks.retryAfterMs = 60_000
    for (const name of ['x', 'y']) sinks.down.add(name)
    for (let batches = 0; batches < 4; batches++) {
      addEvents(running.org, { count: 1 })
      await run()
    }
    sinks.retryAfterMs = undefined
    sinks.down.delete('y')
    const isTakenOut = Promise.withResolvers<void>()
    sinks.onWrite = async (_batch, name) => {
      if (name === 'y') return isTakenOut.promise
      await removeFeedSink(kept.store, { feedId, sinkId: `${feedId}-x` })
      isTakenOut.resolve()
      await expect.poll(() => spooledBatches(kept.store, feedId), { timeout: 20_000 }).toBe(0)
    }
    expect(await run({ trigger: 'request' })).toMatchObject({
      outcome: 'ok',
      report: { notes: [], confirmed: { [`${feedId}-y`]: 4 } },
    })
  })

  test.each(['rate-limited', 'server-error'])(
    'ends when its time is over also while it waits because of %s, and goes on later',
    async (fault) => {
      const clock = new WaitingClock(new Date('2026-03-30T12:00:00.000Z'))
      const { app, running } = await emulatedOrg({ ...small, clock }, { clock })
      const feed = await feedScenario(kept.store, app)
      running.faults.on(`${fault}=path:/api/v1/logs`)
      const run = feed.run()
      await expect.poll(() => clock.waits.length, { timeout: 20_000 }).toBeGreaterThan(0)
      clock.advance(300_000)
      expect(await run).toMatchObject({ outcome: 'partial', more: true, report: { emitted: 0 } })
      running.faults.off(fault)
      expect((await feed.run()).outcome).toBe('ok')
    },
  )
})

describe.each(stores.filter(({ name }) => name === 'PostgreSQL'))(
  'beside what others do to a feed on $name',
  ({ open }) => {
    let kept: TestStore
    /** Of another process. */
    let other: Store
    beforeAll(async () => {
      kept = await open()
      other = await openStore(kept.place)
    })
    afterAll(async () => {
      await other.close()
      await kept.close()
    })

    /** Gives other work the time to end, or to find that it has to wait. */
    const letGo = async (work: Promise<unknown>) => {
      const isWaiting = async () => {
        const { rows } = await sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(other.db)
        return rows.length > 0
      }
      let isOver = false
      const over = () => {
        isOver = true
      }
      work.then(over, over)
      while (!isOver && !(await isWaiting())) await sleep(10)
    }

    test('a run that begins while the feed is removed leaves nothing of it', async () => {
      const { app } = await emulatedOrg(small)
      const { context, feedId } = await feedScenario(kept.store, app)
      let removing: Promise<boolean> | undefined
      const store = steppedStore(kept.store, async (step) => {
        if (step !== 'before-commit' || removing !== undefined) return
        removing = deleteFeed(other, feedId)
        await letGo(removing)
      })
      await runFeed({ ...context, store }, feedId, { trigger: 'schedule' })
      expect(await removing).toBe(true)
      for (const table of ['feed', 'feed_state', 'feed_stream', 'run', 'spool'] as const) {
        const column = table === 'feed' ? 'id' : 'feed_id'
        const { rows } = await sql`select from ${sql.table(table)}
          where ${sql.ref(column)} = ${feedId}`.execute(kept.store.db)
        expect([table, rows.length]).toEqual([table, 0])
      }
    })

    test('deletions are not confirmed that another sweep has replaced in the meantime', async () => {
      const { store } = kept
      const { id } = await storeFeed(store)
      const now = new Date()
      const held = (generation: number) => ({
        ...{ code: 'deletions_unlikely', message: 'Too many.', remedy: 'Look.', missing: {} },
        ...{ generation, at: now.toISOString() },
      })
      await putHeldDeletions(store, id, held(5))
      let confirming: Promise<unknown> | undefined
      await store.transaction(async () => {
        await holdFeedRow(store, id)
        await putHeldDeletions(store, id, held(6))
        confirming = confirmDeletions(other, id, 5, now)
        await letGo(confirming)
      })
      await expect(confirming).rejects.toMatchObject({ code: 'feed_nothing_held' })
      expect(await readHeldDeletions(store, id)).toEqual(held(6))
    })
  },
)

test('The notes of a run are each said once, and are bounded in number and length', () => {
  const notes = new RunNotes()
  for (let round = 0; round < 2; round++) {
    for (let number = 1; number <= 60; number++) notes.add(`Note ${number}.`)
  }
  notes.add('x'.repeat(5_000))
  const list = notes.list()
  expect([list.length, list[0], list[49], list[50]]).toEqual([
    51,
    'Note 1.',
    'Note 50.',
    '21 more were left out.',
  ])
  const long = new RunNotes()
  long.add('x'.repeat(5_000))
  expect(long.list()[0]).toHaveLength(1_000)
})

async function spooledBatches(store: Store, feedId: string): Promise<number> {
  const rows = await store.db
    .selectFrom('spool')
    .select('seq')
    .where('feed_id', '=', feedId)
    .execute()
  return rows.length
}
