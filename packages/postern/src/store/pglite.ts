/** @module The embedded store: PostgreSQL in this process, on a data directory. */

import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import { syncFolder } from '../config/atomic-file.ts'
import { lockData } from './data-lock.ts'
import { GuardedPglite } from './guarded-pglite.ts'
import { migrate } from './migrate.ts'
import { findPrepared, syncTree, unpackStore } from './prepared.ts'
import type { Schema } from './schema.ts'
import { Store } from './store.ts'
import { explainFileFailure, explainStartFailure } from './store-error.ts'
import { SyncedNodeFs } from './synced-node-fs.ts'
import { turnsOfEventLoop } from './turns.ts'

// int8, which would come as a number or a BigInt by its size.
const INT8 = 20

// bytea as PostgreSQL writes it, `\x` and hexadecimal. What PGlite does itself takes fifteen times as long.
const BYTEA = 17
const HEX_PREFIX = '\\x'

// Without `-F`, which turns fsync off. Of the ways to bring the log to the disk only this one is a call that can be answered here.
// The progress of a recovery is told by a timer, which would keep a process whose store does not start from ending.
const START = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  ...['-c', 'wal_sync_method=fsync'],
  ...['-c', 'log_startup_progress_interval=0'],
]

// New databases are made of these, and there is never another one here. They are more than half of all files.
const DROP_TEMPLATES = [
  'update pg_database set datistemplate = false',
  'drop database template0',
  'drop database template1',
]

const LAST_LINES = 20

/** Options of {@link openPglite}. */
export interface OpenPgliteOptions {
  /** The prepared store that a new one begins as. Default: that of the program. `false`: none; it is made here, in seconds. */
  readonly prepared?: string | false
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens the store of a data directory, and makes it where there is none. What an interrupted first start left is removed.
 *
 * @throws {StoreError} `store_in_use` while another process has it; `store_damaged`, `store_disk_full`, `store_newer`,
 *   `store_unusable`, `store_version`
 */
export async function openPglite(
  dataDir: string,
  { prepared = findPrepared() ?? false, signal }: OpenPgliteOptions = {},
): Promise<Store> {
  const folder = join(dataDir, 'store')
  const lock = await lockData(dataDir, { signal })
  try {
    if (!existsSync(folder)) await makeStore(folder, prepared)
    const { pglite, files } = await start(folder)
    const root = new Kysely<Schema>({
      dialect: new PGliteDialect({ pglite }),
      plugins: [turnsOfEventLoop()],
    })
    try {
      await migrate(root)
      // Whoever holds one is this process, and it has only begun: they are of one that was killed.
      await root.deleteFrom('lease').execute()
    } catch (error) {
      await root.destroy()
      throw error
    }
    return new Store({
      driver: { kind: 'pglite', pglite },
      root,
      release: lock.release,
      countSyncs: () => files.syncs,
      lost: files.lost,
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** The folder has its name only when everything in it is on the disk. */
async function makeStore(folder: string, prepared: string | false): Promise<void> {
  const unfinished = `${folder}.new`
  try {
    await rm(unfinished, { recursive: true, force: true })
    if (prepared === false) {
      const { pglite } = await start(unfinished)
      for (const statement of DROP_TEMPLATES) await pglite.exec(statement)
      await pglite.close()
    } else {
      await unpackStore(prepared, unfinished)
    }
    await syncTree(unfinished)
    await rename(unfinished, folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined)
    throw explainFileFailure(error, dirname(folder))
  }
}

async function start(folder: string) {
  const said: string[] = []
  const files = new SyncedNodeFs(folder)
  const pglite = new GuardedPglite({
    fs: files,
    startParams: START,
    parsers: { [INT8]: Number, [BYTEA]: bytesOf },
    serializers: { [BYTEA]: hexOf },
    onStderr: (line) => {
      said.push(line)
      if (said.length > LAST_LINES) said.shift()
      return false
    },
  })
  try {
    await pglite.waitReady
  } catch (error) {
    throw explainStartFailure(error, said, dirname(folder))
  }
  return { pglite, files }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(HEX_PREFIX.length), 'hex'))
}

function hexOf(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new TypeError('Bytes are given as Uint8Array.')
  const { buffer, byteOffset, byteLength } = value
  return HEX_PREFIX + Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}
