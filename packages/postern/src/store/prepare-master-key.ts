/** @module Which source a store's master key is read from; a new store gets a new key file. */

import { join } from 'node:path'
import { masterKeyVariable } from '../config/master-key/env.ts'
import { makeMasterKeyFile, masterKeyFileName } from '../config/master-key/file.ts'
import { parseMasterKeySource } from '../config/master-key/parse.ts'
import type { MasterKeySource } from '../config/master-key/source.ts'
import { FileError } from '../config/secret-reference.ts'
import { countSecretsByVersion, listMasterKeyVersions } from './master-key-versions.ts'
import type { Store } from './store.ts'

/** What the operator said, and where the data is. */
export interface PrepareMasterKeyOptions {
  /** `--master-key`: `env:NAME`, `file:PATH`, `credential:NAME`, `exec:COMMAND` or `kms:COMMAND`. */
  readonly reference?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
}

/** Where the master key is read, and the file that was just made for it. */
export interface PreparedMasterKey {
  readonly source: MasterKeySource
  readonly madeFile?: string
}

/**
 * The source that was named, else the variable POSTERN_MASTER_KEY, else the file `master-key` of the data directory.
 *
 * That file is made where the store is new. Never for a store that had a master key before: a new one would hide that the
 * old one is lost.
 *
 * @throws {UsageError} `usage_invalid`; {@link FileError} where the file cannot be written.
 */
export async function prepareMasterKey(
  store: Store,
  { reference, env, dataDir }: PrepareMasterKeyOptions,
): Promise<PreparedMasterKey> {
  if (reference !== undefined) return { source: parseMasterKeySource(reference, env) }
  if (env[masterKeyVariable]) {
    return { source: parseMasterKeySource(`env:${masterKeyVariable}`, env) }
  }
  const path = join(dataDir, masterKeyFileName)
  const source = parseMasterKeySource(`file:${path}`, env)
  return (await isNew(store)) && (await isMade(path)) ? { source, madeFile: path } : { source }
}

async function isNew(store: Store): Promise<boolean> {
  if ((await listMasterKeyVersions(store)).length > 0) return false
  return (await countSecretsByVersion(store)).size === 0
}

/** Whether there was no file, and now is one. */
async function isMade(path: string): Promise<boolean> {
  try {
    await makeMasterKeyFile(path)
    return true
  } catch (error) {
    if (error instanceof FileError && error.code === 'file_exists') return false
    throw error
  }
}
