/** @module Statements that come again and again: prepared by a PostgreSQL server, and what happens where it refuses one as prepared. */

import { Secret } from '@postern/core'
import { CompiledQuery, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { newDatabase, type TestDatabase } from '../../../../test/stores.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openPool } from '../../src/store/postgres-pool.ts'
import type { Store } from '../../src/store/store.ts'
import { keepFeed } from '../feeds/stored-feed.ts'
import { batchOf, eventsOf } from '../sinks/batches.ts'
import { destinationOf } from '../sinks/destination.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await newDatabase()
})
afterAll(() => database.drop())

describe('a statement that comes again and again', () => {
  const times = Array.from({ length: 30 })
  let store: Store
  beforeAll(async () => {
    store = await openPostgres(new Secret(database.url))
  })
  afterAll(() => store.close())

  const readGrown = async () => {
    const { rows } = await sql`select * from grown where id = ${1}`.execute(store.db)
    return rows
  }
  const alter = async (statement: string) => {
    const other = new pg.Client(database.url)
    await other.connect()
    await other.query(statement)
    await other.end()
  }

  test('is prepared once for a connection, and planned each time', async () => {
    for (const _ of times) await sql`select ${1}::int as often`.execute(store.db)
    const { rows } = await sql`
      select generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements
      where statement like '%as often'`.execute(store.db)
    expect(rows).toEqual([{ generic: 0, custom: 11 }])
  })

  test('goes on where a column is added to what it reads, in a transaction too', async () => {
    await alter('create table grown (id integer); insert into grown values (1)')
    for (const _ of times) await readGrown()
    await alter('alter table grown add column one integer')
    expect(await readGrown()).toEqual([{ id: 1, one: null }])
    for (const _ of times) await readGrown()
    await alter('alter table grown add column two integer')
    expect(await store.transaction(readGrown)).toEqual([{ id: 1, one: null, two: null }])
  })

  describe.each(['transaction', 'readRecords', 'snapshot'] as const)('in a %s', (way) => {
    test.each([
      ['26000', 'knows no more', () => 'deallocate all'],
      ['42P05', 'knows already', (name: string) => `prepare "${name}" as select 1`],
    ] as const)(
      'that the server refuses with %s, as one that it %s, is begun again',
      async (state, _what, statementOf) => {
        const text = `select $1::text as "${way} ${state}"`
        const { driver } = store
        if (driver.kind !== 'postgres') throw new Error('It has no pool.')
        const one = await driver.pool.connect()
        for (const _ of times) await one.query(text, ['on'])
        const { rows } = await one.query<{ name: string }>(
          'select name from pg_prepared_statements where statement = $1',
          [text],
        )
        const name = rows[0]?.name ?? ''
        // Another connection has not prepared it yet.
        if (state === '26000') one.release()
        let runs = 0
        const ran = store[way](async () => {
          runs++
          if (runs === 1) await sql.raw(statementOf(name)).execute(store.db)
          return store.db.executeQuery(CompiledQuery.raw(text, ['on']))
        })
        const read = await ran.finally(() => {
          if (state === '42P05') one.release()
        })
        expect({ runs, rows: read.rows }).toEqual({
          runs: 2,
          rows: [{ [`${way} ${state}`]: 'on' }],
        })
      },
    )
  })

  test('of the sink that keeps records in the store is begun again too', async () => {
    await keepFeed(store, { id: 'feed-1', name: 'log' })
    const sink = await destinationOf('store', { settings: {}, store }).open()
    const batch = batchOf(1, eventsOf('a'))
    for (const _ of times) await store.transaction(() => sink.write(batch, {}))
    let runs = 0
    const written = store.transaction(async () => {
      runs++
      if (runs === 1) await sql`deallocate all`.execute(store.db)
      return sink.write(batch, {})
    })
    await expect(written).resolves.toEqual({ rejected: [] })
    expect(runs).toBe(2)
  })

  test('has no name where nobody begins its transaction again', async () => {
    const { pool } = openPool(new Secret(database.url), { max: 1, prepares: false })
    onTestFinished(() => pool.end())
    const client = await pool.connect()
    for (const _ of times) await client.query('select $1::text', ['on'])
    const { rows } = await client.query('select name from pg_prepared_statements', [])
    client.release()
    expect(rows).toEqual([])
  })
})
