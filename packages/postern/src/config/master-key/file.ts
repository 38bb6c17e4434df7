/** @module The master key from a file that nobody else may read. */

import type { Stats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { createAtomically, writeAtomically } from '../atomic-file.ts'
import { readKeyText, requireRegular, unsafeKeyText } from './read-text.ts'
import type { MasterKey, MasterKeySource } from './source.ts'
import { asLines, newMasterKeyLine, parseMasterKeys, withoutVersions } from './text.ts'

/** The file in the data directory. */
export const masterKeyFileName = 'master-key'

const FROM = 'The master key file'
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

function readText(path: string): Promise<string> {
  return readKeyText(path, {
    from: FROM,
    missing: 'Put the master key file that the store was made with back in its place.',
    judge: requirePrivate,
  })
}

function requirePrivate(stats: Stats): void {
  requireRegular(stats, FROM)
  // Windows has neither modes nor these ids.
  const userId = process.geteuid?.()
  if (userId === undefined) return
  if (stats.uid !== userId) {
    throw unsafeKeyText(
      `${FROM} belongs to user ${stats.uid}, and Postern runs as user ${userId}`,
      'Give the master key file to the user that Postern runs as (chown).',
    )
  }
  if ((stats.mode & OTHERS) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
    throw unsafeKeyText(
      `${FROM} is open to others (mode ${mode})`,
      'Run chmod 600 on the master key file.',
    )
  }
}
