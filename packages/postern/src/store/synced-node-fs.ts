/** @module Files for PGlite whose `fsync` reaches the disk. As it comes, it has none: a commit would outlive a crash, and no power cut. */

import { fsyncSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** What of Emscripten's Node files is used here. */
interface NodeFiles {
  readonly stream_ops: { fsync?: (stream: OpenStream) => number }
  /** Runs a call and turns what it throws into a number that PostgreSQL knows. */
  tryFSOperation<Result>(call: () => Result): Result
}

interface OpenStream {
  /** The descriptor in this process; also of a folder. Absent for what is no file of the disk. */
  readonly nfd?: number
}

type InitOptions = Parameters<NodeFS['init']>[1]

/** The files of a folder. PostgreSQL's calls of `fsync`, on files and on folders, become calls of the system. */
export class SyncedNodeFs extends NodeFS {
  #syncs = 0

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
      operations.fsync = ({ nfd }) => {
        if (nfd === undefined) return 0
        this.#syncs++
        NODEFS.tryFSOperation(() => fsyncSync(nfd))
        return 0
      }
    }
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [installSync, ...(emscriptenOpts.preRun ?? [])],
      },
    }
  }
}

function isNodeFiles(value: unknown): value is NodeFiles {
  if (typeof value !== 'object' || value === null) return false
  const { stream_ops: operations, tryFSOperation }: Partial<NodeFiles> = value
  return typeof operations === 'object' && typeof tryFSOperation === 'function'
}
