/** @module The master key from a credential: a file that the service manager or the container engine gives to this service alone. */

import type { Stats } from 'node:fs'
import path from 'node:path'
import { readKeyText, requireRegular, unsafeKeyText } from './read-text.ts'
import { type MasterKey, MasterKeyError, type MasterKeySource } from './source.ts'
import { parseMasterKeys } from './text.ts'

/** Where systemd says which folder it is; a container names it the same way. */
const credentialsVariable = 'CREDENTIALS_DIRECTORY'

const FROM = 'The credential of the master key'
const ROOT = 0
const OTHERS = 0o037

/**
 * Reads the credential `name`. Nothing is ever written to one: a new version is put there by whoever put the first.
 *
 * Root may own it, and its group may read it: where systemd lets the service in by an access list, that is what the mode shows.
 *
 * @see systemd.exec(5), LoadCredential=
 */
export function masterKeyFromCredential(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): MasterKeySource {
  return {
    name: `credential:${name}`,
    read: async (): Promise<readonly MasterKey[]> => {
      const folder = env[credentialsVariable] ?? ''
      if (!path.isAbsolute(folder)) throw withoutFolder()
      const text = await readKeyText(path.join(folder, name), {
        from: FROM,
        missing: `Load the credential ${name} into the service: LoadCredential= in a unit, a secret in a container.`,
        judge: requireGiven,
      })
      return parseMasterKeys(text, FROM)
    },
  }
}

function requireGiven(stats: Stats): void {
  requireRegular(stats, FROM)
  // Windows has neither modes nor these ids.
  const userId = process.geteuid?.()
  if (userId === undefined) return
  if (stats.uid !== userId && stats.uid !== ROOT) {
    throw unsafeKeyText(
      `${FROM} belongs to user ${stats.uid}, and Postern runs as user ${userId}`,
      'Let root own it, or the user that Postern runs as (chown).',
    )
  }
  if ((stats.mode & OTHERS) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
    throw unsafeKeyText(
      `${FROM} is open to others (mode ${mode})`,
      'Let nobody read it but its owner and its group: chmod 440.',
    )
  }
}

function withoutFolder(): MasterKeyError {
  return new MasterKeyError('master_key_missing', `${credentialsVariable} names no folder.`, {
    remedy: `Start Postern from a systemd unit with LoadCredential=, or set ${credentialsVariable} to the folder of the secrets.`,
  })
}
