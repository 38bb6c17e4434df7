/** @module `postern support`: its argument and flags. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `support` its argument and flags. */
export function defineSupport(command: Command, signal: AbortSignal): void {
  command
    .argument('<file>', 'a new file, for JSON')
    .option('--config <file>', 'a configuration file to explain; default: postern.yaml, if here')
    .option('--log <file>', 'a file with the log of the server, whose last lines are taken along')
    .option('--with-names', 'leave names, hosts and addresses as they are')
    .action(async (file, options, self) => {
      const { writeSupport } = await import('../commands/support.ts')
      await writeSupport({ ...options, file }, globalOptions(self), signal)
    })
}
