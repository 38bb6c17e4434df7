/** @module The master key from an environment variable. */

import { type MasterKey, MasterKeyError, type MasterKeySource } from './source.ts'
import { parseMasterKeys } from './text.ts'

/** The variable that is read where the operator names no source. */
export const masterKeyVariable = 'POSTERN_MASTER_KEY'

/** Reads the variable `name`; several versions stand in it with blanks or line breaks between them. */
export function masterKeyFromEnv(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): MasterKeySource {
  const from = `The environment variable ${name}`
  return {
    name: `env:${name}`,
    read: async (): Promise<readonly MasterKey[]> => {
      const text = Object.hasOwn(env, name) ? env[name] : undefined
      if (text !== undefined) return parseMasterKeys(text, from)
      throw new MasterKeyError('master_key_missing', `${from} is not set.`, {
        remedy: `Set ${name} to the master key that the store was made with.`,
      })
    },
  }
}
