/**
 * @module Files for PGlite whose `fsync` reaches the disk, and that remember a journal that could not be written. As they come,
 * there is no `fsync`: a commit would outlive a crash, and no power cut.
 */

import { fsyncSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { explainFileFailure } from './store-error.ts'

/** What of Emscripten's Node files is used here. */
interface NodeFiles {
  readonly stream_ops: { fsync?: (stream: OpenStream) => number; write: Write }
  /** Runs a call and turns what it throws into a number that PostgreSQL knows. */
  tryFSOperation<Result>(call: () => Result): Result
}

interface OpenStream {
  /** The descriptor in this process; also of a folder. Absent for what is no file of the disk. */
  readonly nfd?: number
  readonly node: { readonly parent: { readonly name: string } }
}

type Write = (
  stream: OpenStream & { readonly nfd: number },
  buffer: NodeJS.ArrayBufferView,
  offset: number,
  length: number,
  position: number,
) => number

// PostgreSQL's journal.
const JOURNAL = 'pg_wal'

type InitOptions = Parameters<NodeFS['init']>[1]

/** The files of a folder. PostgreSQL's calls of `fsync`, on files and on folders, become calls of the system. */
export class SyncedNodeFs extends NodeFS {
  #syncs = 0
  readonly #lost = new AbortController()

  /** Aborts when the journal could not be written; its reason is a StoreError. PostgreSQL would end there, and recover. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** How many calls there were. */
  get syncs(): number {
    return this.#syncs
  }

  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args)
    const installSync: NonNullable<InitOptions['preRun']>[number] = ({ NODEFS }) => {
      if (!isNodeFiles(NODEFS)) {
        throw new Error('PGlite has other files than this version of Postern knows.')
      }
      const { stream_ops: operations } = NODEFS
      operations.fsync = (stream) => {
        const { nfd } = stream
        if (nfd === undefined) return 0
        this.#syncs++
        NODEFS.tryFSOperation(() => this.#watch(stream, () => fsyncSync(nfd)))
        return 0
      }
      operations.write = (stream, ...what) =>
        NODEFS.tryFSOperation(() => this.#watch(stream, () => writeSync(stream.nfd, ...what)))
    }
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [installSync, ...(emscriptenOpts.preRun ?? [])],
      },
    }
  }

  /** Runs a call of the system, and remembers when one on the journal fails. */
  #watch<Result>({ node }: OpenStream, call: () => Result): Result {
    try {
      return call()
    } catch (error) {
      if (node.parent.name === JOURNAL) {
        this.#lost.abort(explainFileFailure(error, dirname(this.rootDir)))
      }
      throw error
    }
  }
}

function isNodeFiles(value: unknown): value is NodeFiles {
  if (typeof value !== 'object' || value === null) return false
  const { stream_ops: operations, tryFSOperation }: Partial<NodeFiles> = value
  return typeof operations === 'object' && typeof tryFSOperation === 'function'
}
