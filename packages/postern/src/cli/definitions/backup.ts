/** @module `postern backup`: its argument and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `backup` its argument. */
export function defineBackup(command: Command, signal: AbortSignal): void {
  command.argument('<file>', 'a new file').action(async (file, _options, self) => {
    const { backUp } = await import('../commands/backup.ts')
    await backUp(file, globalOptions(self), signal)
  })
}
