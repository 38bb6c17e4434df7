/** @module `postern restore`: a backup into an empty store. */

import { createReadStream } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { openDataDirectory } from '../../config/data-directory.ts'
import { readDatabaseUrl } from '../../config/database-reference.ts'
import { FileError } from '../../config/secret-reference.ts'
import { openStore } from '../../store/open.ts'
import { restoreBackup } from '../../store/restore.ts'
import { StoreError } from '../../store/store-error.ts'
import type { GlobalOptions } from '../global-options.ts'
import { findApi } from '../open-api.ts'
import { tell } from '../output.ts'
import { printRows } from './backup-output.ts'

/** Restores a backup, on the data directory or the database that the flags name. No server may run there. */
export async function restore(path: string, options: GlobalOptions): Promise<void> {
  const { dataDir, server } = await findApi(options)
  if (server !== undefined) throw serverRuns(dataDir, server.process.pid)
  await requireReadable(path)
  await openDataDirectory(dataDir)
  const { env, stdin } = process
  const database = await readDatabaseUrl(options.database, { env, stdin })
  const store = await openStore({ dataDir, database })
  try {
    const by = { actor: 'local' }
    const rows = await restoreBackup(store, () => createReadStream(path), { by })
    await printRows(rows, options)
    tell('Restored. Start Postern with the master key that the backup was made with.')
  } finally {
    await store.close()
  }
}

async function requireReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const code = reason === 'ENOENT' ? 'file_not_found' : 'file_not_readable'
    throw new FileError(code, `${path} cannot be read (${reason}).`, {
      remedy: 'Name a file that postern backup wrote.',
      details: { path, reason },
    })
  }
}

function serverRuns(dataDir: string, pid: number): StoreError {
  return new StoreError('store_in_use', `postern start runs on ${dataDir} (process ${pid}).`, {
    remedy: 'Stop it, or name another data directory with --data.',
    details: { dataDir, pid },
  })
}
