/** @module A backup is whole or refused, and a store that is restored from it is the store that was backed up. */

import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StoreUnderTest, stores, type TestStore } from '../../../../test/stores.ts'
import { appendAudit } from '../../src/store/audit.ts'
import { writeBackup } from '../../src/store/backup.ts'
import { migrations } from '../../src/store/migrations/registry.ts'
import { checkBackup, restoreBackup } from '../../src/store/restore.ts'
import type { Store } from '../../src/store/store.ts'
import { verifyAudit } from '../../src/store/verify-audit.ts'

const by = { actor: 'local' }
const now = new Date('2026-01-02T03:04:05.678Z')
const folder = mkdtempSync(join(tmpdir(), 'postern-backup-'))
const fileOf = ({ name }: StoreUnderTest) => join(folder, `${name}.backup`)
const dumps = new Map<string, string>()

beforeAll(async () => {
  for (const kind of stores) {
    const opened = await kind.open()
    await fill(opened.store)
    const rows = await writeBackup(opened.store, createWriteStream(fileOf(kind)), { by, now })
    expect(rows).toMatchObject({ connection: 1, secret: 2, domain: 700, audit: 4, audit_head: 1 })
    dumps.set(kind.name, await opened.dump())
    await opened.close()
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(stores)('a backup on $name', (source) => {
  const file = fileOf(source)

  test.each(stores)('is the same store again on $name, its audit log intact', async (target) => {
    await using opened = await openDisposable(target)
    await restoreBackup(opened.store, () => createReadStream(file), { by, now })
    expect(rowsIn(await opened.dump())).toEqual(rowsIn(dumps.get(source.name) ?? ''))
    expect((await verifyAudit(opened.store)).breach).toBeUndefined()
    const last = await opened.store.db
      .selectFrom('audit')
      .select('action')
      .orderBy('seq', 'desc')
      .executeTakeFirst()
    expect(last).toEqual({ action: 'backup.restore' })
  })

  test('is refused by a store that has rows, and by itself a second time', async () => {
    await using opened = await openDisposable(source)
    const restore = () => restoreBackup(opened.store, () => createReadStream(file), { by, now })
    await restore()
    const before = await opened.dump()
    await expect(restore()).rejects.toMatchObject({ code: 'backup_store_not_empty' })
    expect(await opened.dump()).toBe(before)
  })

  test('of an earlier version is brought to the newest one, rows and all', async () => {
    const later: Migration = {
      up: async (db) => {
        await sql`alter table domain add column note text default 'none' not null`.execute(db)
      },
    }
    const newest = { ...migrations, '9999-later': later }
    await using opened = await openDisposable(source)
    await restoreBackup(opened.store, () => createReadStream(file), {
      ...{ by, now },
      migrations: newest,
    })
    const { rows } = await sql`select distinct note from domain`.execute(opened.store.db)
    expect(rows).toEqual([{ note: 'none' }])
    expect(await namesOfMigrations(opened.store)).toEqual(Object.keys(newest))
    expect((await verifyAudit(opened.store)).breach).toBeUndefined()
  })

  test('is refused wherever it is cut or altered, before anything is written', async () => {
    const whole = readFileSync(file)
    const text = gunzipSync(whole).toString('utf8')
    const lines = text.split('\n')
    const damages: readonly (readonly [string, Uint8Array])[] = [
      ['backup_damaged', whole.subarray(0, whole.length - 1)],
      ['backup_damaged', whole.subarray(0, whole.length / 2)],
      ['backup_damaged', gzipSync(lines.slice(0, -2).join('\n'))],
      ['backup_damaged', gzipSync(lines.filter((_, index) => index !== 5).join('\n'))],
      ['backup_damaged', gzipSync(text.replace('acme', 'evil'))],
      ['backup_damaged', gzipSync(`${text}more\n`)],
      ['backup_damaged', gzipSync(text.replace('["domain"', '["domains"'))],
      ['backup_not_one', gzipSync('{"hello": "world"}\n')],
      ['backup_not_one', gzipSync('')],
      ['backup_newer', gzipSync(text.replace('"format":1', '"format":2'))],
      ['backup_newer', gzipSync(text.replace('0001-first', '9999-later'))],
    ]
    await using opened = await openDisposable(source)
    const before = await opened.dump()
    for (const [index, [code, bytes]] of damages.entries()) {
      const damaged = join(folder, 'damaged')
      writeFileSync(damaged, bytes)
      const restore = restoreBackup(opened.store, () => createReadStream(damaged), { by, now })
      await expect(restore, String(index)).rejects.toMatchObject({ code })
    }
    expect(await opened.dump()).toBe(before)
  })

  test('is not begun again where something of it was written, and says why it failed', async () => {
    await using opened = await openDisposable(source)
    const reason = Object.assign(new Error('as a database that gave way would'), { code: '40P01' })
    const output = new Writable({ write: (_part, _encoding, done) => done(reason) })
    await expect(writeBackup(opened.store, output, { by, now })).rejects.toBe(reason)
  })

  test('is checked without a store', async () => {
    expect(await checkBackup(createReadStream(file))).toMatchObject({ domain: 700 })
  })
})

describe.each(stores)('a store on $name', (kind) => {
  test('that goes on writing is backed up as it was at one moment', async () => {
    await using opened = await openDisposable(kind)
    const { store } = opened
    let stopped = false
    const write = async () => {
      for (let entry = 1; !stopped; entry++) {
        await store.transaction(async () => {
          await appendAudit(store, { ...by, action: 'domain.allow', outcome: 'ok' }, now)
          await addDomains(store, [`${entry}.example`])
        })
      }
    }
    const writing = write()
    const file = join(folder, 'moment.backup')
    const rows = await writeBackup(store, createWriteStream(file), { by, now })
    stopped = true
    await writing
    // One row of each in every transaction, and one for the backup.
    expect(rows['audit']).toBe((rows['domain'] ?? 0) + 1)
  })
})

async function openDisposable(kind: StoreUnderTest): Promise<TestStore & AsyncDisposable> {
  const opened = await kind.open()
  return {
    place: opened.place,
    store: opened.store,
    reopen: opened.reopen,
    dump: opened.dump,
    close: opened.close,
    [Symbol.asyncDispose]: opened.close,
  }
}

/** Something in every kind of column. */
async function fill(store: Store): Promise<void> {
  await store.db
    .insertInto('connection')
    .values({
      ...{
        id: 'c1',
        name: 'acme',
        description: 'a "quoted" \u2028 ümlaut\nand a line',
        kind: 'api-token',
      },
      ...{ org_url: 'https://acme.okta.com', client_id: null, rotation_interval_days: null },
      ...{ settings: JSON.stringify({ scopes: ['okta.users.read', '\\u0001'] }), doctor: null },
      ...{ next_rotation_at: null, revision: 2 ** 40, credential_since: now },
      ...{ created_at: now, updated_at: new Date(0) },
    })
    .execute()
  for (const label of ['', '"],["']) {
    await store.db
      .insertInto('secret')
      .values({
        ...{ connection_id: 'c1', kind: 'api-token', label, key_version: 1, created_at: now },
        wrapped_key: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
        sealed: Buffer.alloc(0),
      })
      .execute()
  }
  await addDomains(
    store,
    Array.from({ length: 700 }, (_, index) => `${index}.example`),
  )
  for (const actor of ['local', 'access-key:1', 'postern']) {
    await appendAudit(store, { actor, action: 'domain.allow', outcome: 'ok' }, now)
  }
}

async function addDomains({ db }: Store, hosts: readonly string[]): Promise<void> {
  const rows = hosts.map((host) => ({ host, created_at: now }))
  await db.insertInto('domain').values(rows).execute()
}

async function namesOfMigrations({ db }: Store): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

/** The rows of a dump but for what the restoring itself added. */
function rowsIn(dump: string): string[] {
  return dump
    .split('\n')
    .filter((line) => !line.includes('backup.restore') && !/^\{"id":1,"seq":/.test(line))
    .toSorted()
}
