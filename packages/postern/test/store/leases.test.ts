/** @module One process at a time, by the clock of the database. */

import { Secret } from '@postern/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openDatabaseWay } from '../../../../test/database-way.ts'
import { newDatabase, stores, type TestStore } from '../../../../test/stores.ts'
import { beginWithLease, type Lease, withLease } from '../../src/store/leases.ts'
import { openPostgres } from '../../src/store/postgres.ts'

describe.each(stores)('a lease on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const expire = (name: string) =>
    opened.store.db
      .updateTable('lease')
      .set({ until: sql<Date>`now() - interval '1 second'` })
      .where('name', '=', name)
      .execute()

  const untilOf = async (name: string) =>
    (
      await opened.store.db
        .selectFrom('lease')
        .select('until')
        .where('name', '=', name)
        .executeTakeFirst()
    )?.until

  test('is held by one at a time, also of one process, and given back at the end', async () => {
    const { store } = opened
    const attempt = () => withLease(store, 'one', async () => 'ran')
    const held = await withLease(store, 'one', () => Promise.all([attempt(), attempt()]))
    expect([held, await untilOf('one')]).toEqual([{ result: [undefined, undefined] }, undefined])
    expect(await withLease(store, 'one', async () => 'again')).toEqual({ result: 'again' })
  })

  test('that is further ahead than any is taken: the clock was set back since its holder died', async () => {
    const { store } = opened
    await store.db
      .insertInto('lease')
      .values({ name: 'ahead', holder: 'dead', until: sql<Date>`now() + interval '1 day'` })
      .execute()
    const taken = await withLease(store, 'ahead', async () => 'ran')
    expect(taken).toEqual({ result: 'ran' })
  })

  test('goes to one of many that ask at the same moment', async () => {
    const { store } = opened
    let stop = () => {}
    const stopped = new Promise<void>((resolve) => {
      stop = resolve
    })
    const attempts = Array.from({ length: 5 }, () => withLease(store, 'raced', () => stopped))
    // All but one end by themselves.
    let refused = 0
    await new Promise<void>((resolve) => {
      for (const attempt of attempts) {
        void attempt.then((outcome) => outcome === undefined && ++refused === 4 && resolve())
      }
    })
    stop()
    const outcomes = await Promise.all(attempts)
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1)
  })

  test('is given back where the work failed', async () => {
    const { store } = opened
    const failing = withLease(store, 'failing', () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(await untilOf('failing')).toBeUndefined()
  })

  test('is taken over when its time is over, and whoever had it writes nothing any more', async () => {
    const { store } = opened
    let late: Lease | undefined
    await withLease(store, 'lost', async (lease) => {
      late = lease
      await lease.transaction(async () => undefined)
      await expire('lost')
      await withLease(store, 'lost', async (taken) => {
        await expect(lease.transaction(async () => 'written')).rejects.toMatchObject({
          code: 'lease_lost',
        })
        await taken.transaction(async () => undefined)
      })
    })
    expect(late?.signal.aborted).toBe(true)
  })

  test('of somebody else is not given back by whoever lost it', async () => {
    const { store } = opened
    let stop = () => {}
    let second: Promise<unknown> | undefined
    await withLease(store, 'kept', async () => {
      await expire('kept')
      const taken = new Promise<void>((resolve) => {
        second = withLease(store, 'kept', () => {
          resolve()
          return new Promise<void>((end) => {
            stop = end
          })
        })
      })
      await taken
    })
    expect(await withLease(store, 'kept', async () => 'third')).toBeUndefined()
    stop()
    await second
  })

  test('is taken with what its work begins with, or not at all', async () => {
    const { store } = opened
    const seen: unknown[] = []
    const begin = async () => {
      seen.push(store.inTransaction)
      return 'begun'
    }
    const go = async (_: Lease, begun: string) => {
      seen.push(begun, await beginWithLease(store, 'begun', { begin, go }))
    }
    await beginWithLease(store, 'begun', { begin, go })
    expect(seen).toEqual([true, 'begun', undefined])
    const failing = { begin: () => Promise.reject(new Error('no')), go }
    await expect(beginWithLease(store, 'begun', failing)).rejects.toThrow('no')
    expect(await untilOf('begun')).toBeUndefined()
  })

  test('is given back by the last statement of its work, or behind it where that failed', async () => {
    const { store } = opened
    await withLease(store, 'last', async (lease) => {
      await lease.giveBack(async ({ name, holder }) => {
        const row = { name, holder, until: new Date(0) }
        await store.db.deleteFrom('lease').where('holder', '=', holder).execute()
        // Whoever takes it now keeps it.
        await store.db.insertInto('lease').values(row).execute()
      })
    })
    expect(await untilOf('last')).toEqual(new Date(0))
    const failing = withLease(store, 'failed', (lease) =>
      lease.giveBack(() => Promise.reject(new Error('no'))),
    )
    await expect(failing).rejects.toThrow('no')
    expect(await untilOf('failed')).toBeUndefined()
  })

  test('is renewed while the work goes on', async () => {
    const { store } = opened
    await withLease(
      store,
      'renewed',
      async () => {
        const first = await untilOf('renewed')
        await vi.waitFor(async () => expect(await untilOf('renewed')).not.toEqual(first))
      },
      { seconds: 0.3 },
    )
  })
})

test('a lease is given back behind a renewal that is under way', async () => {
  const database = await newDatabase()
  onTestFinished(database.drop)
  const store = await openPostgres(new Secret(database.url))
  onTestFinished(() => store.close())
  const { driver } = store
  if (driver.kind !== 'postgres') throw new Error('It is no server.')
  const { pool } = driver
  const connect = pool.connect.bind(pool)
  const underWay = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const renewed = Promise.withResolvers<void>()
  let takings = 0
  const connectSlowly = async () => {
    const client = await connect()
    const query = client.query.bind(client)
    return Object.assign(Object.create(client), {
      query: async (text: string, values: unknown[]) => {
        const isRenewal = text.startsWith('insert into "lease"') && ++takings === 2
        if (isRenewal) {
          underWay.resolve()
          await over.promise
        }
        const answer = await query(text, values)
        if (isRenewal) renewed.resolve()
        if (text.startsWith('delete from "lease"')) over.resolve()
        return answer
      },
    })
  }
  Object.assign(pool, { connect: connectSlowly })
  await withLease(
    store,
    'slow',
    async () => {
      await underWay.promise
      // Time enough for a release that does not wait.
      setTimeout(over.resolve, 500)
    },
    { seconds: 3 },
  )
  await renewed.promise
  expect(await store.db.selectFrom('lease').select('name').execute()).toEqual([])
})

test('a lease that could not be given back is given back when PostgreSQL answers again', async () => {
  const database = await newDatabase()
  onTestFinished(database.drop)
  const way = await openDatabaseWay(database.url)
  onTestFinished(() => way.close())
  const store = await openPostgres(new Secret(way.url))
  onTestFinished(() => store.close())
  // Longer than anybody waits here: it does not end by itself.
  const options = { seconds: 3_600 }
  await withLease(store, 'cut-off', async () => way.be('closed'), options)
  way.be('open')
  const attempt = () => withLease(store, 'cut-off', async () => 'ran')
  await expect.poll(attempt, { timeout: 30_000 }).toEqual({ result: 'ran' })
})
