/** @module `postern audit`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `audit` what is below it. */
export function defineAudit(command: Command, signal: AbortSignal): void {
  command
    .command('list')
    .description('show what was done: who, what, to which connection, and how it came out')
    .option('--connection <connection>', 'what was done to one connection')
    .option('--action <action>', 'one action, or a concept such as connection.')
    .option('--limit <count>', 'the newest so many; default 100')
    .action(async (options, self) => {
      const { listAudit } = await import('../commands/audit.ts')
      await listAudit(options, globalOptions(self), signal)
    })
  command
    .command('verify')
    .description('prove that no entry was changed, left out, or put elsewhere')
    .action(async (_options, self) => {
      const { verifyAudit } = await import('../commands/audit.ts')
      await verifyAudit(globalOptions(self), signal)
    })
}
