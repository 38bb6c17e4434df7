/** @module One process at a time opens the store of a data directory: two would lose each other's writes without a word. */

import { join } from 'node:path'
import { type ProcessLock, type TakeLockOptions, takeLock } from '../config/process-lock.ts'
import { explainFileFailure, StoreError } from './store-error.ts'

/**
 * Takes the data directory for this process.
 *
 * @throws {StoreError} `store_in_use`; `store_unusable` on a file system without links, which can hold no such lock
 */
export async function lockData(
  dataDir: string,
  options: Pick<TakeLockOptions, 'clock' | 'signal'> = {},
): Promise<ProcessLock> {
  const path = join(dataDir, 'lock')
  const attempt = await takeLock(path, { ...options, onLost: () => end(dataDir) }).catch(
    (error: unknown) => {
      if (error instanceof Error && error.name === 'AbortError') throw error
      throw explainFileFailure(error, dataDir)
    },
  )
  if ('lock' in attempt) return attempt.lock
  const { pid, host } = attempt.owner
  throw new StoreError(
    'store_in_use',
    `The store in ${dataDir} is open in process ${pid} (${host}).`,
    {
      remedy:
        'Wait until it says that it runs, and commands go through it; or stop it, or name another data directory with --data.',
      details: { dataDir, pid, host },
    },
  )
}

// Nothing may be written any more, not even what closing the store would write: this process ends here.
function end(dataDir: string): never {
  throw new StoreError(
    'store_lost',
    `This process stood still for so long that another one opened the store in ${dataDir}.`,
    { remedy: 'Start it again when the other one has ended.', details: { dataDir } },
  )
}
