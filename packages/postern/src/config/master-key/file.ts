/** @module The master key from a file that nobody else may read. */

import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { createAtomically, writeAtomically } from '../atomic-file.ts'
import { type MasterKey, MasterKeyError, type MasterKeySource } from './source.ts'
import { asLines, newMasterKeyLine, parseMasterKeys, withoutVersions } from './text.ts'

/** The file in the data directory. */
export const masterKeyFileName = 'master-key'

const FROM = 'The master key file'
const MAX_BYTES = 64 * 1024
const OTHERS = 0o077

const NOTE = `# The master key of a Postern store. Whoever has it and the database has every credential in it; without it,
# none of them can be read again. Keep a copy, apart from the backups of the database.
`

/** Reads and keeps versions in a file: regular, of mode 0600 or less, and owned by the user that Postern runs as. */
export function masterKeyFromFile(path: string): MasterKeySource {
  return {
    name: `file:${path}`,
    read: async (): Promise<readonly MasterKey[]> => parseMasterKeys(await readText(path), FROM),
    add: async (version) => {
      const text = asLines(await readText(path))
      await writeAtomically(await realpath(path), `${text}${newMasterKeyLine(version).reveal()}`)
    },
    remove: async (versions) => {
      const text = await readText(path)
      const left = withoutVersions(text, versions)
      if (left !== text) await writeAtomically(await realpath(path), left)
    },
  }
}

/**
 * Makes a file with version 1 of a new master key: mode 0600, there whole or not at all, also after a power cut.
 *
 * @throws {FileError} `file_exists`: no key is ever overwritten; `file_not_writable`
 */
export async function makeMasterKeyFile(path: string): Promise<void> {
  await createAtomically(path, `${NOTE}${newMasterKeyLine(1).reveal()}`)
}

async function readText(path: string): Promise<string> {
  let file: FileHandle | undefined
  try {
    // Without O_NONBLOCK a named pipe would be waited for.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    requirePrivate(await file.stat())
    const bytes = Buffer.alloc(MAX_BYTES)
    const { bytesRead } = await file.read(bytes, 0, MAX_BYTES, 0)
    return bytes.toString('utf8', 0, bytesRead)
  } catch (error) {
    throw error instanceof MasterKeyError ? error : unreadable(error)
  } finally {
    await file?.close()
  }
}

/** Judges the opened file, not its name: that could point elsewhere a moment later. */
function requirePrivate(stats: Stats): void {
  if (!stats.isFile()) throw unsafe('is not a regular file', 'Put the master key into a file.')
  // Windows has neither modes nor these ids.
  const userId = process.geteuid?.()
  if (userId === undefined) return
  if (stats.uid !== userId) {
    throw unsafe(
      `belongs to user ${stats.uid}, and Postern runs as user ${userId}`,
      'Give the master key file to the user that Postern runs as (chown).',
    )
  }
  if ((stats.mode & OTHERS) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
    throw unsafe(`is open to others (mode ${mode})`, 'Run chmod 600 on the master key file.')
  }
}

function unsafe(observed: string, remedy: string): MasterKeyError {
  return new MasterKeyError('master_key_unsafe', `${FROM} ${observed}.`, { remedy })
}

function unreadable(error: unknown): MasterKeyError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const details = { reason }
  if (reason === 'ENOENT') {
    return new MasterKeyError('master_key_missing', `${FROM} is not there.`, {
      remedy: 'Put the master key file that the store was made with back in its place.',
      details,
      cause: error,
    })
  }
  return new MasterKeyError('master_key_unreadable', `${FROM} cannot be read (${reason}).`, {
    remedy: 'Let the user that runs Postern read the master key file.',
    details,
    cause: error,
  })
}
