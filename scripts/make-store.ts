/**
 * @module Makes the prepared store, in a process of its own: `make-store.ts FILE`. The same program makes the same bytes: time
 * stands nearly still here and what is random is not. Nothing that is made so is secret, or ever will be.
 */

import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import type { PreparedHeader } from '../packages/postern/src/store/prepared.ts'
import { originHash, pgliteVersion } from './prepare-store.ts'

// Beyond it, every step takes much longer for one percent.
const QUALITY = 5

const CALLS_PER_MS = 1_000

const [outFile] = process.argv.slice(2)
if (outFile === undefined) throw new Error('Usage: make-store.ts FILE')
stopTimeAndChance()
// Whatever is loaded before would keep the real ones.
const { openPglite } = await import('../packages/postern/src/store/pglite.ts')
const { Jobs } = await import('../packages/postern/src/jobs/jobs.ts')
const { DUE_QUEUE } = await import('../packages/postern/src/feeds/schedule.ts')
const { openLog } = await import('../packages/postern/src/log.ts')
const folder = mkdtempSync(path.join(tmpdir(), 'postern-prepare-'))
try {
  const store = await openPglite(folder, { prepared: false })
  // The tables of the queue take longer to make than ours.
  const jobs = new Jobs({ store, log: openLog({ level: 'warn' }) })
  await jobs.start([DUE_QUEUE])
  await jobs.stop()
  await store.close()
  const unfinished = `${outFile}.${process.pid}`
  writeFileSync(unfinished, pack(path.join(folder, 'store')))
  renameSync(unfinished, outFile)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function pack(store: string): Buffer {
  const entries = readdirSync(store, { recursive: true, withFileTypes: true })
    .map((entry) => ({
      isFolder: entry.isDirectory(),
      name: path.relative(store, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'),
    }))
    // Says which process has the folder.
    .filter(({ name }) => name !== 'postmaster.pid')
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const contents = entries
    .filter(({ isFolder }) => !isFolder)
    .map(({ name }) => ({ name, bytes: readFileSync(path.join(store, name)) }))
  const header: PreparedHeader = {
    pglite: pgliteVersion(),
    origin: originHash(),
    folders: entries.filter(({ isFolder }) => isFolder).map(({ name }) => name),
    files: contents.map(({ name, bytes }) => [name, bytes.length]),
  }
  const whole = Buffer.concat([
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...contents.map(({ bytes }) => bytes),
  ])
  return brotliCompressSync(whole, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: whole.length,
    },
  })
}

function stopTimeAndChance(): void {
  const start = Date.UTC(2026, 0, 1)
  let calls = 0
  const passedMs = () => ++calls / CALLS_PER_MS
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...args: readonly unknown[]) {
      super(...((args.length === 0 ? [start] : args) as [number]))
    }
    static override now(): number {
      return start + Math.floor(passedMs())
    }
  } as DateConstructor
  performance.now = passedMs
  // A linear congruential generator, for the identifier that every database is born with.
  let state = 1
  const fill = <View extends ArrayBufferView>(view: View): View => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    for (let index = 0; index < bytes.length; index++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      bytes[index] = state >> 16
    }
    return view
  }
  createRequire(import.meta.url)('node:crypto').randomFillSync = fill
  syncBuiltinESMExports()
}
