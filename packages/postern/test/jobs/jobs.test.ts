import { Secret } from '@postern/core'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newDatabase, stores, type TestStore } from '../../../../test/stores.ts'
import { SCHEMA_VERSION } from '../../src/jobs/install.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import type { Job } from '../../src/jobs/queue-worker.ts'
import { openLog } from '../../src/log.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import type { Store } from '../../src/store/store.ts'

const log = openLog({ level: 'silent' })
const QUEUES = ['bulk', 'deferred', 'kept', 'given-back', 'failing', 'long', 'left']

describe.each(stores)('jobs on $name', ({ open }) => {
  let opened: TestStore
  let jobs: Jobs

  beforeAll(async () => {
    opened = await open()
    jobs = new Jobs({ store: opened.store, log })
    await jobs.start(QUEUES)
  })
  afterAll(async () => {
    await jobs.stop()
    await opened.close()
  })

  test('a job that is sent in a transaction is done after it, and never where it is rolled back', async () => {
    const { store } = opened
    const done: unknown[] = []
    const rolledBack = store.transaction(async () => {
      await jobs.send('kept', { is: 'rolled back' }, { key: 'rolled back' })
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    const last = Promise.withResolvers<void>()
    await jobs.work('kept', { concurrency: 1 }, async ({ data }) => {
      done.push(data['is'])
      if (data['is'] === 'committed') last.resolve()
    })
    await store.transaction(async () => {
      await jobs.send('kept', { is: 'committed' }, { key: 'committed' })
      expect(await jobs.keys('kept')).toContain('committed')
    })
    await last.promise
    expect(done).toEqual(['committed'])
  })

  test('of one key one job waits, the one that was sent last', async () => {
    const startAfter = new Date(Date.now() + 3_600_000)
    await jobs.send('deferred', { is: 1 }, { key: 'same', startAfter })
    await jobs.send('deferred', { is: 2 }, { key: 'same', startAfter })
    expect([...(await jobs.keys('deferred'))]).toEqual(['same'])
    const done = nextJob(jobs, 'deferred')
    await jobs.send('deferred', { is: 3 }, { key: 'same' })
    expect((await done).data).toEqual({ is: 3 })
  })

  test('a job that is taken back is not done', async () => {
    const startAfter = new Date(Date.now() + 3_600_000)
    await jobs.send('bulk', {}, { key: 'taken back', startAfter })
    await jobs.cancel('bulk', 'taken back')
    await jobs.cancel('bulk', 'never sent')
    expect(await jobs.keys('bulk')).toEqual(new Set())
  })

  test('many are done at a time, and one that takes long holds up none', async () => {
    const started: number[] = []
    const release = Promise.withResolvers<void>()
    const others = Promise.withResolvers<void>()
    await jobs.work('long', { concurrency: 4 }, async ({ data }) => {
      if (data['takes'] === 'long') return release.promise
      if (started.push(Number(data['index'])) === 100) others.resolve()
    })
    await jobs.send('long', { takes: 'long' }, { key: 'long' })
    for (let index = 0; index < 100; index++) {
      await jobs.send('long', { index }, { key: `${index}` })
    }
    await others.promise
    expect(started.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    )
    expect(await jobs.keys('long')).toContain('long')
    release.resolve()
  })

  test('a job that fails is tried again', async () => {
    const tried: boolean[] = []
    const succeeded = Promise.withResolvers<void>()
    await jobs.work('failing', { concurrency: 1 }, async ({ isRetry }) => {
      tried.push(isRetry)
      if (!isRetry) throw new Error('The first time it fails.')
      succeeded.resolve()
    })
    await jobs.send('failing', {}, { key: 'failing' })
    await succeeded.promise
    expect(tried).toEqual([false, true])
  })

  test('a job that does not end when its process stops is given back to the next', async () => {
    const { store } = opened
    const first = new Jobs({ store, log })
    await first.start(QUEUES)
    const begun = Promise.withResolvers<Job>()
    await first.work('given-back', { concurrency: 1 }, (job) => {
      begun.resolve(job)
      return new Promise(() => undefined)
    })
    await first.send('given-back', { is: 1 }, { key: 'one' })
    const { signal } = await begun.promise
    await first.stop()
    expect(signal.aborted).toBe(true)
    expect(await nextJob(jobs, 'given-back')).toMatchObject({ data: { is: 1 }, isRetry: true })
  })

  test('jobs that are done leave the queue, though their process stops at that moment', async () => {
    const { store } = opened
    const first = new Jobs({ store, log })
    await first.start(QUEUES)
    const done = Promise.withResolvers<void>()
    let left = 3
    await first.work('left', { concurrency: 3 }, async () => {
      if (--left === 0) done.resolve()
    })
    for (const key of ['one', 'two', 'three']) await first.send('left', {}, { key })
    await done.promise
    await first.stop()
    expect(await jobs.keys('left')).toEqual(new Set())
  })

  test('who has not started the queues sends all the same', async () => {
    const sender = new Jobs({ store: opened.store, log })
    const startAfter = new Date(Date.now() + 3_600_000)
    await sender.send('bulk', {}, { key: 'sent', startAfter })
    expect(await jobs.keys('bulk')).toContain('sent')
  })

  test('the tables are of the version that is known', async () => {
    expect(await versionOf(opened.store)).toBe(SCHEMA_VERSION)
  })

  test('tables of a newer version are left alone', async () => {
    const { store } = opened
    await setVersion(store, SCHEMA_VERSION + 1)
    try {
      const older = new Jobs({ store, log })
      await expect(older.start(QUEUES)).rejects.toMatchObject({ code: 'store_newer' })
      await expect(older.send('bulk', {}, { key: 'sent' })).rejects.toMatchObject({
        code: 'store_newer',
      })
    } finally {
      await setVersion(store, SCHEMA_VERSION)
    }
  })
})

test('a user who may not make the schema of the queue is told the statement that makes it', async () => {
  const database = await newDatabase()
  const store = await openPostgres(new Secret(database.url))
  const owner = new URL(database.url).username
  const asSuperuser = async (statement: string) => {
    const client = new pg.Client(database.superuserUrl)
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  const name = new URL(database.url).pathname.slice(1)
  await asSuperuser(`alter database ${name} owner to current_user`)
  const jobs = new Jobs({ store, log })
  try {
    const refused = jobs.start(QUEUES)
    await expect(refused).rejects.toMatchObject({
      code: 'store_refused',
      remedy: `Make it: create schema pgboss authorization "${owner}".`,
    })
    await jobs.send('bulk', {}, { key: 'nobody is there' })
    await asSuperuser(`create schema pgboss authorization "${owner}"`)
    await jobs.start(QUEUES)
    await jobs.send('bulk', {}, { key: 'sent' })
    expect(await jobs.keys('bulk')).toEqual(new Set(['sent']))
  } finally {
    await jobs.stop()
    await store.close()
    await database.drop()
  }
})

test('a process that comes second to make the schema of the queue goes on with what is there', async () => {
  const database = await newDatabase()
  const store = await openPostgres(new Secret(database.url))
  const jobs = new Jobs({ store, log })
  const first = new pg.Client(database.url)
  await first.connect()
  try {
    await first.query('begin; create schema pgboss')
    const started = jobs.start(QUEUES)
    await until(async () => {
      const { rowCount } = await first.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
      return rowCount === 1
    })
    await first.query('commit')
    await started
    await jobs.send('bulk', {}, { key: 'sent' })
    expect(await jobs.keys('bulk')).toEqual(new Set(['sent']))
  } finally {
    await first.end()
    await jobs.stop()
    await store.close()
    await database.drop()
  }
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

/** The next job of a queue, which is done with that. */
async function nextJob(jobs: Jobs, queue: string): Promise<Job> {
  const next = Promise.withResolvers<Job>()
  await jobs.work(queue, { concurrency: 1 }, async (job) => next.resolve(job))
  return next.promise
}

async function versionOf({ db }: Store): Promise<number | undefined> {
  const { rows } = await sql<{ version: number }>`select version from pgboss.version`.execute(db)
  return rows[0]?.version
}

async function setVersion({ db }: Store, version: number): Promise<void> {
  await sql`update pgboss.version set version = ${version}`.execute(db)
}
