/** @module The embedded store: what it promises beyond the statements that both kinds run. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeStore } from '../../../../scripts/prepare-store.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { openPglite } from '../../src/store/pglite.ts'
import { findPrepared } from '../../src/store/prepared.ts'
import type { Store } from '../../src/store/store.ts'

const MAKE_TIMEOUT_MS = 120_000

const folder = mkdtempSync(join(tmpdir(), 'postern-pglite-'))
let directories = 0

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the store in a data directory', () => {
  let opened: TestStore
  beforeAll(async () => {
    const embedded = stores.find(({ name }) => name === 'PGlite')
    if (embedded === undefined) throw new Error('There is no embedded store.')
    opened = await embedded.open()
  })
  afterAll(() => opened.close())

  test('brings each commit to the disk before it says so, and nothing for a question', async () => {
    const { store } = opened
    const before = store.syncs ?? Number.NaN
    for (let commit = 1; commit <= 20; commit++) {
      await addDomain(store, `${commit}.example`)
      expect(store.syncs).toBeGreaterThanOrEqual(before + commit)
    }
    const after = store.syncs
    await store.db.selectFrom('domain').selectAll().execute()
    expect(store.syncs).toBe(after)
  })

  test('is refused to a second process, with the number of the one that has it', async () => {
    const { dataDir } = opened.place
    await expect(openPglite(dataDir)).rejects.toMatchObject({
      code: 'store_in_use',
      details: { dataDir, pid: process.pid },
    })
    expect(await openElsewhere(dataDir)).toBe(`store_in_use ${process.pid}`)
  })

  test('is closed while nothing of it lies in the way of the next process', async () => {
    const dataDir = copyOf(await closedStore())
    expect(await openElsewhere(dataDir)).toBe('opened')
    expect(readdirSync(dataDir)).toEqual(['store'])
  })

  test('is a folder for its user alone', async () => {
    const { mode } = statSync(join(await closedStore(), 'store'))
    // Windows has no such bits.
    expect(process.platform === 'win32' ? 0 : mode & 0o077).toBe(0)
  })
})

describe('a first start', () => {
  test('that was interrupted leaves nothing that the next one stumbles over', async () => {
    const dataDir = newDirectory()
    mkdirSync(join(dataDir, 'store.new/global'), { recursive: true })
    writeFileSync(join(dataDir, 'store.new/PG_VERSION'), '18\n')
    const store = await openPglite(dataDir)
    await addDomain(store, 'first.example')
    await store.close()
    expect(readdirSync(dataDir)).toEqual(['store'])
  })

  test('is refused where the prepared store is cut short, and leaves nothing', async () => {
    const prepared = join(folder, 'short.pack')
    const whole = readFileSync(findPrepared() ?? '')
    writeFileSync(prepared, whole.subarray(0, whole.length / 2))
    const dataDir = newDirectory()
    await expect(openPglite(dataDir, { prepared })).rejects.toMatchObject({
      code: 'store_unusable',
      remedy: 'Install postern again.',
    })
    expect(readdirSync(dataDir)).toEqual([])
  })

  test('is refused where there is no folder', async () => {
    await expect(openPglite(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'store_unusable',
      details: { reason: 'ENOENT' },
    })
  })

  test(
    'gives every installation the same store, made by no time and no chance',
    () => {
      const again = join(folder, 'again.pack')
      makeStore(again)
      expect(readFileSync(again).equals(readFileSync(findPrepared() ?? ''))).toBe(true)
    },
    MAKE_TIMEOUT_MS,
  )
})

describe('a data directory whose store', () => {
  test.each([
    [
      'is of another version',
      'store_version',
      (store: string) => write(store, 'PG_VERSION', '17\n'),
    ],
    [
      'has an empty control file',
      'store_damaged',
      (store: string) => write(store, 'global/pg_control', ''),
    ],
    [
      'has lost its log',
      'store_damaged',
      (store: string) => rmSync(join(store, 'pg_wal'), { recursive: true }),
    ],
  ])('%s is refused', async (_what, code, damage) => {
    const dataDir = copyOf(await closedStore())
    damage(join(dataDir, 'store'))
    await expect(openPglite(dataDir)).rejects.toMatchObject({ code })
  })
})

let closed: Promise<string> | undefined

/** A data directory whose store was closed; to be copied. */
function closedStore(): Promise<string> {
  closed ??= (async () => {
    const dataDir = newDirectory()
    await (await openPglite(dataDir)).close()
    return dataDir
  })()
  return closed
}

function newDirectory(): string {
  const path = join(folder, String(++directories))
  mkdirSync(path)
  return path
}

function copyOf(dataDir: string): string {
  const copy = newDirectory()
  cpSync(dataDir, copy, { recursive: true })
  return copy
}

function write(store: string, name: string, text: string): void {
  if (!existsSync(join(store, name))) throw new Error(`${name} is not there.`)
  writeFileSync(join(store, name), text)
}

async function addDomain({ db }: Store, host: string): Promise<void> {
  await db.insertInto('domain').values({ host, created_at: new Date() }).execute()
}

/** What a process of its own says that opens the store and closes it again. */
async function openElsewhere(dataDir: string): Promise<string> {
  const child = spawn(process.execPath, [...startOf('store/open-store'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
  })
  await once(child, 'close')
  return said.trim()
}
