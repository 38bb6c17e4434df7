/** @module The store on a PostgreSQL server: how it is reached, shared and protected. */

import { Secret } from '@postern/core'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDatabaseWay } from '../../../../test/database-way.ts'
import { newDatabase, stores, type TestDatabase, type TestStore } from '../../../../test/stores.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openPool } from '../../src/store/postgres-pool.ts'
import type { Store } from '../../src/store/store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await newDatabase()
})
afterAll(() => database.drop())

const open = (url: string) => openPostgres(new Secret(url))

/** The URL of the database with something changed. */
function urlWith(change: (url: URL) => void): string {
  const url = new URL(database.url)
  change(url)
  return url.href
}

describe('a URL of PostgreSQL', () => {
  test.each<[string, (url: URL) => void, string]>([
    [
      'whose password is wrong',
      (url) => {
        url.password = 'PASSWORD-nobody-may-see'
      },
      'store_refused',
    ],
    [
      'whose database is not there',
      (url) => {
        url.pathname = '/absent'
      },
      'store_refused',
    ],
    [
      'where nothing listens',
      (url) => {
        url.port = '1'
      },
      'store_unreachable',
    ],
    [
      'that asks for TLS where there is none',
      (url) => url.searchParams.set('sslmode', 'require'),
      'store_untrusted',
    ],
    [
      'that asks for no verification',
      (url) => url.searchParams.set('sslmode', 'no-verify'),
      'store_refused',
    ],
  ])('%s is refused, and no password is shown', async (_what, change, code) => {
    const url = urlWith(change)
    const error: unknown = await open(url).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify(error)).not.toContain(new URL(url).password)
  })

  test('of a user who may make no tables is refused with what to grant', async () => {
    const empty = await newDatabase('empty')
    const superuser = await open(empty.superuserUrl)
    try {
      await sql`drop schema public cascade`.execute(superuser.db)
      await sql`create schema public`.execute(superuser.db)
      await sql`grant usage on schema public to postern`.execute(superuser.db)
    } finally {
      await superuser.close()
    }
    await expect(open(empty.url)).rejects.toMatchObject({
      code: 'store_refused',
      remedy: 'Let it: grant create on schema public to "postern".',
    })
    await empty.drop()
  })
})

describe('several processes', () => {
  test('that start at once on an empty database make its tables once', async () => {
    const empty = await newDatabase('empty')
    const opened = await Promise.all(Array.from({ length: 8 }, () => open(empty.url)))
    const [first] = opened
    if (first === undefined) throw new Error('Nothing was opened.')
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(
      first.db,
    )
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
    await Promise.all(opened.map((store) => store.close()))
    await empty.drop()
  })

  test('that wait for each other both finish: the one that gave way begins again', async () => {
    const [one, other] = await Promise.all([open(database.url), open(database.url)])
    const now = new Date()
    await one.db
      .insertInto('domain')
      .values(['a', 'b'].map((host) => ({ host: `${host}.example`, created_at: now })))
      .execute()
    let begun = 0
    let runs = 0
    const { promise: bothBegan, resolve } = Promise.withResolvers<void>()
    const cross = (store: Store, first: string, second: string) =>
      store.transaction(async () => {
        runs++
        await touch(store, first)
        if (++begun === 2) resolve()
        await bothBegan
        await touch(store, second)
      })
    await Promise.all([
      cross(one, 'a.example', 'b.example'),
      cross(other, 'b.example', 'a.example'),
    ])
    expect(runs).toBe(3)
    await Promise.all([one.close(), other.close()])
  })
})

test('A transaction in which nothing happens ends with the lease of whoever began it', async () => {
  const store = await open(database.url)
  const { rows } = await sql`show idle_in_transaction_session_timeout`.execute(store.db)
  await store.close()
  expect(rows).toEqual([{ idle_in_transaction_session_timeout: '30s' }])
})

describe('a store whose connections the server ends', () => {
  test('says so, and goes on with new ones', async () => {
    const store = await open(database.url)
    const failing = store.transaction(async () => {
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(store.db)
    })
    await expect(failing).rejects.toMatchObject({ code: 'store_unreachable' })
    expect(await store.db.selectFrom('audit_head').select('id').execute()).toEqual([{ id: 1 }])
    await store.close()
  })
})

describe.each(stores)('a store on $name that a newer program used', ({ open: openTest }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await openTest()
  })
  afterAll(() => opened.close())

  test('is refused', async () => {
    const { db } = opened.store
    await sql`insert into kysely_migration (name, timestamp)
      values ('9999-later', '2030-01-01T00:00:00.000Z')`.execute(db)
    await expect(opened.reopen()).rejects.toMatchObject({
      code: 'store_newer',
      details: { migration: '9999-later' },
    })
  })
})

async function touch({ db }: Store, host: string): Promise<void> {
  await db.updateTable('domain').set({ created_at: new Date() }).where('host', '=', host).execute()
}

describe('who owns the tables and is nobody special', () => {
  const mayChange = async ({ db }: Store) => {
    const { rows } = await sql<{ update: boolean; delete: boolean; truncate: boolean }>`
      select has_table_privilege('audit', 'update') as update,
        has_table_privilege('audit', 'delete') as delete,
        has_table_privilege('audit', 'truncate') as truncate`.execute(db)
    return rows[0]
  }

  test('may not change or remove what the audit log has', async () => {
    const store = await open(database.url)
    try {
      expect(await mayChange(store)).toEqual({ update: false, delete: false, truncate: false })
      await expect(sql`truncate audit`.execute(store.db)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await store.close()
    }
  })

  test('gets its tables from a relative of PostgreSQL that has no privilege to truncate', async () => {
    const relative = await newDatabase('empty')
    const client = new pg.Client(relative.url)
    await client.connect()
    await client.query(`alter database ${client.database} set search_path = public, pg_catalog`)
    await client.query(`create function public.version() returns text language sql
      as $$ select 'CockroachDB CCL v25.1.0 (x86_64-pc-linux-gnu)' $$`)
    await client.end()
    const store = await open(relative.url)
    try {
      // Whoever does not know a privilege is not asked to take it away.
      expect(await mayChange(store)).toEqual({ update: false, delete: false, truncate: true })
    } finally {
      await store.close()
      await relative.drop()
    }
  })
})

test('a migration takes as long as it takes, and no other statement does', async () => {
  const empty = await newDatabase('empty')
  onTestFinished(empty.drop)
  const superuser = new pg.Client(empty.superuserUrl)
  await superuser.connect()
  await superuser.query('create table public.limits (of_statement text)')
  await superuser.query('grant insert on public.limits to public')
  await superuser.query(`
    create function note_limit() returns event_trigger language plpgsql as $$ begin
      insert into public.limits values (current_setting('statement_timeout'));
    end $$`)
  await superuser.query(`
    create event trigger noted on ddl_command_end when tag in ('CREATE INDEX', 'ALTER TABLE')
    execute function note_limit()`)
  const store = await openPostgres(new Secret(empty.url))
  const { rows: limits } = await superuser.query('select distinct of_statement from public.limits')
  const { rows: usual } = await sql`show statement_timeout`.execute(store.db)
  await store.close()
  await superuser.end()
  expect(limits).toEqual([{ of_statement: '0' }])
  expect(usual).toEqual([{ statement_timeout: '1min' }])
})

test('a connection that owed an answer is not used again, and what it had begun is not kept', async () => {
  const way = await openDatabaseWay(database.url)
  onTestFinished(() => way.close())
  const { pool } = openPool(new Secret(way.url), { max: 1, answerWithinMs: 500 })
  onTestFinished(() => pool.end())
  const run = async (statements: readonly string[]) => {
    const client = await pool.connect()
    try {
      for (const statement of statements) await client.query(statement, [])
    } finally {
      client.release()
    }
  }
  await run(['create table owed (what text)'])
  const client = await pool.connect()
  await client.query('begin', [])
  await client.query("insert into owed values ('half')", [])
  way.be('silent')
  const unanswered = { code: 'store_unreachable' }
  await expect(client.query("insert into owed values ('other half')", [])).rejects.toMatchObject(
    unanswered,
  )
  await expect(client.query('rollback', [])).rejects.toMatchObject(unanswered)
  client.release()
  way.be('open')
  await run(['begin', "insert into owed values ('whole')", 'commit'])
  const direct = new pg.Client(database.url)
  await direct.connect()
  const { rows } = await direct.query('select what from owed')
  await direct.end()
  expect(rows).toEqual([{ what: 'whole' }])
})

test('a connection that was cut off before it could be used is not handed on', async () => {
  const way = await openDatabaseWay(database.url)
  onTestFinished(() => way.close())
  const { pool } = openPool(new Secret(way.url), { max: 1 })
  onTestFinished(() => pool.end())
  void way.cutNext({ at: 'statement', point: 'before', within: 'plan_cache_mode' })
  await expect(pool.connect()).rejects.toMatchObject({ code: 'store_unreachable' })
  expect(way.cuts).toBe(1)
})
