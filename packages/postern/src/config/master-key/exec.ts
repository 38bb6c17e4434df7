/** @module The master key from a command that prints it. */

import type { Command } from '../command.ts'
import { runCommand } from './command.ts'
import type { MasterKeySource } from './source.ts'
import { parseMasterKeys } from './text.ts'

/** Reads what the command prints: the same text as a master key file. */
export function masterKeyFromExec(command: Command): MasterKeySource {
  return {
    name: `exec:${command[0]}`,
    read: async () =>
      parseMasterKeys(await runCommand(command), 'What the command of --master-key prints'),
  }
}
