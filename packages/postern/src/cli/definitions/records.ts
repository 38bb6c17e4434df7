/** @module `postern records`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'

/** Gives `records` what is below it. */
export function defineRecords(command: Command, signal: AbortSignal): void {
  command
    .command('erase <connection> <user>')
    .description("erase a user, by Okta's id (00u…), from the records that Postern has itself")
    .option(
      '--login <login>',
      'a name that the user signed in with before; may be repeated',
      collect,
    )
    .action(async (connection, userId, options, self) => {
      const { eraseUser } = await import('../commands/records.ts')
      await eraseUser({ ...options, connection, userId }, globalOptions(self), signal)
    })
}
