/** @module `postern read`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { globalOptions } from '../global-options.ts'
import { ArgumentFailure } from '../quiet-command.ts'

/** Gives `read` its arguments and flags. */
export function defineRead(command: Command, signal: AbortSignal): void {
  command
    .usage('[options] [name] INPUT')
    .argument('[words...]')
    .option('--since <time>', 'only what is newer: an instant, or an age such as 30m, 24h, 7d')
    .option('--until <time>', 'the System Log: a closed piece of history that ends here')
    .option('--limit <count>', 'records at most')
    .option('--cursor <cursor>', 'go on where a run ended or stopped')
    .option(
      '--parallel <count>',
      'lists at the same time where the rate limit allows it, 1 to 8; default 4',
    )
  addConnectionFlags(command).action(async (words: readonly string[], options, self) => {
    const [input, name] = words.toReversed()
    if (input === undefined || words.length > 2) {
      throw new ArgumentFailure(
        words.length > 2 ? 'There are more words than read takes.' : 'INPUT is missing.',
        'Write postern read [NAME] INPUT; INPUT is users, groups, group-members, apps, app-assignments or system-log.',
      )
    }
    const { read } = await import('../commands/read.ts')
    await read({ ...options, name, input }, globalOptions(self, 'jsonl'), signal)
  })
}
