/** @module Reads which source of the master key the operator chose. */

import { splitCommand } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import { masterKeyFromCredential } from './credential.ts'
import { masterKeyFromEnv } from './env.ts'
import { masterKeyFromExec } from './exec.ts'
import { masterKeyFromFile } from './file.ts'
import { masterKeyFromKms } from './kms.ts'
import type { MasterKeySource } from './source.ts'

// As nearly every variable is named; anything else may be a key that was pasted there.
const VARIABLE_NAME = /^[A-Z_][A-Z0-9_]{0,63}$/

// A name and no path, shorter than a key.
const CREDENTIAL_NAME = /^[a-z][a-z0-9_.-]{0,31}$/

/**
 * Reads `env:NAME`, `file:PATH`, `credential:NAME`, `exec:COMMAND` or `kms:COMMAND`.
 *
 * @throws {UsageError} `usage_invalid`; what was given is not said back.
 */
export function parseMasterKeySource(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
): MasterKeySource {
  const colon = reference.indexOf(':')
  const rest = reference.slice(colon + 1)
  switch (reference.slice(0, Math.max(0, colon))) {
    case 'env':
      if (VARIABLE_NAME.test(rest)) return masterKeyFromEnv(rest, env)
      break
    case 'file':
      if (rest !== '') return masterKeyFromFile(rest)
      break
    case 'credential':
      if (CREDENTIAL_NAME.test(rest)) return masterKeyFromCredential(rest, env)
      break
    case 'exec':
    case 'kms': {
      const command = splitCommand(rest)
      if (command === undefined) break
      return reference.startsWith('exec:') ? masterKeyFromExec(command) : masterKeyFromKms(command)
    }
  }
  throw new UsageError('usage_invalid', '--master-key names no source of a master key.', {
    remedy:
      'Give --master-key env:NAME, file:PATH, credential:NAME, exec:COMMAND or kms:COMMAND, never the key itself.',
    details: { flag: '--master-key' },
  })
}
