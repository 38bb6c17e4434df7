/** @module Runs the command that gives a master key, or speaks for the service that has it. */

import { type Command, outputOf, type RunCommandOptions } from '../command.ts'
import { MasterKeyError } from './source.ts'

/**
 * What the command prints, at most 64 KiB.
 *
 * @throws {MasterKeyError} `master_key_unreadable`: it cannot be started, does not end, ends with another code than 0, or
 * prints too much.
 */
export async function runCommand(command: Command, options?: RunCommandOptions): Promise<string> {
  const printed = await outputOf(command, options)
  if ('text' in printed) return printed.text
  const observed = `The command that gives the master key ${printed.failed}.`
  throw new MasterKeyError('master_key_unreadable', observed, {
    remedy:
      'Run the command of --master-key as the user that Postern runs as, and mend what it says.',
    cause: printed.cause,
  })
}
