/** @module The prepared store that comes with the program: the files of a new, migrated database, which take seconds to make and a moment to unpack. */

import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  writeFileSync,
} from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { syncFolder } from '../config/atomic-file.ts'
import { isFromSystem, StoreError } from './store-error.ts'

/**
 * What a prepared store says of itself in its first line. The files follow, one after the other, without anything between;
 * all of it is compressed with Brotli. No archive format: their headers hold owners, modes and times, of which none may
 * come along.
 */
export interface PreparedHeader {
  /** The version of PGlite that made it. */
  readonly pglite: string
  /** What it was made by, as a hash. */
  readonly origin: string
  /** Relative, with `/`; a folder stands before what is in it. */
  readonly folders: readonly string[]
  readonly files: readonly (readonly [path: string, bytes: number])[]
}

const MAX_HEADER_BYTES = 1_000_000

const CHUNK_BYTES = 1_048_576

const PARALLEL_SYNCS = 16

/** The prepared store of this program; undefined where it was not built. Source and bundle lie equally deep. */
export function findPrepared(): string | undefined {
  const file = fileURLToPath(new URL('../../dist/store.pack', import.meta.url))
  return existsSync(file) ? file : undefined
}

/**
 * Unpacks a prepared store into a folder that is made for it.
 *
 * @throws {StoreError} `store_unusable` where the prepared store is not whole
 */
export async function unpackStore(packed: string, folder: string): Promise<void> {
  const unpacked = createBrotliDecompress({ chunkSize: CHUNK_BYTES })
  try {
    await pipeline(createReadStream(packed), unpacked, (stream) => unpack(stream, folder))
  } catch (error) {
    if (isFromSystem(error)) throw error
    throw new StoreError('store_unusable', `${packed}, which a new store begins as, is damaged.`, {
      remedy: 'Install postern again.',
      details: { file: packed },
      cause: error,
    })
  }
}

async function unpack(stream: AsyncIterable<Buffer>, folder: string): Promise<void> {
  const content = new Content(stream)
  const header: PreparedHeader = JSON.parse(await content.readLine())
  // A thousand small files: handing each call to another thread would take longer than the calls.
  for (const path of ['', ...header.folders]) mkdirSync(join(folder, path), { mode: 0o700 })
  for (const [path, bytes] of header.files) {
    const file = openSync(join(folder, path), 'wx', 0o600)
    try {
      for await (const chunk of content.read(bytes)) writeFileSync(file, chunk)
    } finally {
      closeSync(file)
    }
  }
}

/** Brings a folder and all that is in it to the disk. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const pathOf = (entry: (typeof entries)[number]) => join(entry.parentPath, entry.name)
  const next = files.values()
  const syncNext = async () => {
    for (const entry of next) {
      // Windows syncs only what may be written to.
      await using file = await open(pathOf(entry), 'r+')
      await file.sync()
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_SYNCS }, syncNext))
  for (const entry of entries) if (entry.isDirectory()) await syncFolder(pathOf(entry))
  await syncFolder(folder)
  await syncFolder(dirname(folder))
}

/** A stream that is read by lines and by lengths. */
class Content {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  async readLine(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\n')
      if (end >= 0) return this.#take(end + 1).toString('utf8')
      if (this.#rest.length > MAX_HEADER_BYTES) throw new Error('No prepared store begins so.')
      this.#rest = Buffer.concat([this.#rest, await this.#next()])
    }
  }

  async *read(bytes: number): AsyncGenerator<Buffer> {
    for (let wanted = bytes; wanted > 0; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next()
      const chunk = this.#take(Math.min(wanted, this.#rest.length))
      wanted -= chunk.length
      yield chunk
    }
  }

  #take(bytes: number): Buffer {
    const taken = this.#rest.subarray(0, bytes)
    this.#rest = this.#rest.subarray(bytes)
    return taken
  }

  async #next(): Promise<Buffer> {
    const { value, done } = await this.#chunks.next()
    if (done) throw new Error('The prepared store is cut short.')
    return value
  }
}
