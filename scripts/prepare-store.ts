/** @module Sees to it that the prepared store of packages/postern is there and new: what a first start unpacks. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, constants } from 'node:zlib'
import type { PreparedHeader } from '../packages/postern/src/store/prepared.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const kept = path.join(root, 'packages/postern/dist/store.pack')
// Compressed; its list of a thousand files is by far the longest of it.
const HEADER_WITHIN_BYTES = 64 * 1_024
const sources = path.join(root, 'packages/postern/src')

/** Makes the prepared store unless it is there, of this version of PGlite and these migrations. */
export function prepareStore(): void {
  if (!isNew()) makeStore(kept)
}

/** The prepared store, new, and the name that the program looks for. */
export function readPreparedStore(): { readonly name: string; readonly bytes: Uint8Array } {
  prepareStore()
  return { name: path.basename(kept), bytes: readFileSync(kept) }
}

/** Makes a prepared store from nothing. It takes seconds. */
export function makeStore(outFile: string): void {
  mkdirSync(path.dirname(outFile), { recursive: true })
  const maker = fileURLToPath(new URL('make-store.ts', import.meta.url))
  const args = ['--conditions=source', maker, outFile]
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error('The prepared store could not be made; why stands above.')
}

/** The version of PGlite that the program is installed with. */
export function pgliteVersion(): string {
  return versionOf('@electric-sql/pglite')
}

function versionOf(dependency: string): string {
  const manifest = path.join(root, 'packages/postern/package.json')
  const { dependencies }: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(manifest, 'utf8'),
  )
  return dependencies[dependency] ?? ''
}

/** What a new store is made by, as a hash: the migrations, the file that opens it, and the queue. */
export function originHash(): string {
  const hash = createHash('sha256').update(versionOf('pg-boss'))
  const migrations = readdirSync(path.join(sources, 'store/migrations')).toSorted()
  const files = [
    ...['store/pglite.ts', 'jobs/install.ts', 'jobs/jobs.ts'],
    ...migrations.map((file) => `store/migrations/${file}`),
  ]
  for (const name of files) hash.update(`${name}\n`).update(readFileSync(path.join(sources, name)))
  return hash.digest('hex')
}

function isNew(): boolean {
  try {
    const beginning = readFileSync(kept).subarray(0, HEADER_WITHIN_BYTES)
    const text = brotliDecompressSync(beginning, { finishFlush: constants.BROTLI_OPERATION_FLUSH })
    const [line = ''] = text.toString('utf8').split('\n', 1)
    const { pglite, origin }: PreparedHeader = JSON.parse(line)
    return pglite === pgliteVersion() && origin === originHash()
  } catch {
    return false
  }
}
