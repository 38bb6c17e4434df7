/** @module `postern restore`: its argument and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `restore` its argument. */
export function defineRestore(command: Command): void {
  command.argument('<file>', 'what postern backup wrote').action(async (file, _options, self) => {
    const { restore } = await import('../commands/restore.ts')
    await restore(file, globalOptions(self))
  })
}
