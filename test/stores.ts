/** @module Stores for tests: each of its own, on both kinds of database. `describe.each(stores)('… on $name', ({ open }) => …)`. */

import { randomUUID } from 'node:crypto'
import { appendFileSync, chmodSync, cpSync, existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Secret } from '@postern/core'
import { sql } from 'kysely'
import pg from 'pg'
import { inject } from 'vitest'
import { openStore, type StorePlace } from '../packages/postern/src/store/open.ts'
import type { Store } from '../packages/postern/src/store/store.ts'
import { type PostgresServer, urlOf } from './postgres.ts'

// The memory that PostgreSQL shares is filled with zeros at each start: that of a usual store takes as long as all else there.
const SMALL = 'shared_buffers = 16MB\n'

/** A store of one test, or of one test file. */
export interface TestStore {
  /** The store that is open: the first one, or what the last `reopen` gave. */
  readonly store: Store
  /** Where it is, for a process of its own. An embedded store has to be closed first. */
  readonly place: StorePlace
  /** Closes the store, and opens it anew as a process that starts would. */
  reopen(): Promise<Store>
  /** All rows of all tables but those of the job queue as text: bytes are hexadecimal. */
  dump(): Promise<string>
  /** Closes the store and removes it. */
  close(): Promise<void>
}

/** A kind of database. */
export interface StoreUnderTest {
  readonly name: 'PGlite' | 'PostgreSQL'
  /** An empty store whose tables are the newest. */
  open(): Promise<TestStore>
  /** The same, open nowhere. */
  prepare(): Promise<PreparedStore>
}

/** A store that nobody has open. */
export interface PreparedStore {
  readonly place: StorePlace
  /** Removes it. */
  remove(): Promise<void>
}

/** Every kind of database that there is. */
export const stores: readonly StoreUnderTest[] = [
  storeUnderTest('PGlite', async () => {
    const dataDir = await newDataDir()
    // In one call: one for each of its files, on another thread, takes ten times as long.
    cpSync(await preparedDataDir(), dataDir, { recursive: true })
    // The modes of files come along, and those of folders do not.
    chmodSync(path.join(dataDir, 'store'), 0o700)
    return { place: { dataDir }, remove: () => removeFolder(dataDir) }
  }),
  storeUnderTest('PostgreSQL', async () => {
    const database = await newDatabase()
    const dataDir = await newDataDir()
    return {
      place: { dataDir, database: new Secret(database.url) },
      remove: async () => {
        await database.drop()
        await removeFolder(dataDir)
      },
    }
  }),
]

function storeUnderTest(
  name: StoreUnderTest['name'],
  prepare: StoreUnderTest['prepare'],
): StoreUnderTest {
  return { name, prepare, open: async () => testStore(await prepare()) }
}

async function testStore({ place, remove }: PreparedStore): Promise<TestStore> {
  let store = await openStore(place)
  return {
    get store() {
      return store
    },
    place,
    reopen: async () => {
      await store.close()
      store = await openStore(place)
      return store
    },
    dump: () => dump(store),
    close: async () => {
      await store.close()
      await remove()
    },
  }
}

async function dump({ db }: Store): Promise<string> {
  const tables = (await db.introspection.getTables())
    .filter(({ schema }) => schema !== 'pgboss')
    .map(({ schema, name }) => (schema === 'public' ? name : `${schema}.${name}`))
    .toSorted()
  const parts = await Promise.all(
    tables.map(async (table) => {
      const rows = await sql<{ row: string }>`
        select row_to_json(t)::text as row from ${sql.table(table)} t`.execute(db)
      return [`-- ${table}`, ...rows.rows.map(({ row }) => row)].join('\n')
    }),
  )
  return parts.join('\n')
}

async function newDataDir(): Promise<string> {
  return mkdtemp(path.join(inject('runFolder'), 'data-'))
}

function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}

/** A data directory to copy, made once for the whole run; twice if two workers begin at once. */
async function preparedDataDir(): Promise<string> {
  const prepared = path.join(inject('runFolder'), 'prepared')
  if (existsSync(prepared)) return prepared
  const building = await newDataDir()
  await (await openStore({ dataDir: building })).close()
  appendFileSync(path.join(building, 'store/postgresql.conf'), SMALL)
  await rename(building, prepared).catch(() => undefined)
  return prepared
}

/** A database of the run's PostgreSQL server. */
export interface TestDatabase {
  /** Of its owner, who is nobody special. */
  readonly url: string
  readonly superuserUrl: string
  readonly drop: () => Promise<void>
}

/**
 * A database that nobody else uses: as the migrations leave it, or without anything in it.
 *
 * @param on - Default: the server of the run.
 */
export async function newDatabase(
  template: 'migrated' | 'empty' = 'migrated',
  on?: PostgresServer,
): Promise<TestDatabase> {
  const server = on ?? (await runningServer())
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await asSuperuser(server, async (client) => {
    if (template === 'empty') {
      return void (await client.query(`create database ${name} owner ${server.owner.name}`))
    }
    // Held until the connection ends: one worker makes the template, the others wait for it.
    await client.query('select pg_advisory_lock(1)')
    const { rowCount } = await client.query("select from pg_database where datname = 'template'")
    if (rowCount === 0) await makeTemplate(server, client)
    await client.query(`create database ${name} template template owner ${server.owner.name}`)
  })
  return {
    url: urlOf(server, server.owner, name),
    superuserUrl: urlOf(server, server.superuser, name),
    drop: () =>
      asSuperuser(server, async (client) => {
        await client.query(`drop database ${name} with (force)`)
      }),
  }
}

async function makeTemplate(server: PostgresServer, client: pg.Client): Promise<void> {
  await client.query('drop database if exists building')
  await client.query(`create database building owner ${server.owner.name}`)
  const database = new Secret(urlOf(server, server.owner, 'building'))
  await (await openStore({ dataDir: inject('runFolder'), database })).close()
  await client.query('alter database building rename to template')
}

/** The server of the run. The first who asks has it started. */
async function runningServer(): Promise<PostgresServer> {
  const answer: PostgresServer | { readonly error: string } = JSON.parse(
    await text(connect(inject('postgresSocket'))),
  )
  if ('error' in answer) throw new Error(answer.error)
  return answer
}

async function asSuperuser(
  server: PostgresServer,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client(urlOf(server, server.superuser, 'postgres'))
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
