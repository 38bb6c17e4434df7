/** @module `postern master-key`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `master-key` what is below it. */
export function defineMasterKey(command: Command, signal: AbortSignal): void {
  command
    .command('status')
    .description('say whether the master key is right, and how many secrets need each version')
    .action(async (_options, self) => {
      const { showMasterKey } = await import('../commands/master-key.ts')
      await showMasterKey(globalOptions(self), signal)
    })
  command
    .command('rotate')
    .description('introduce a new version and wrap every secret with it, while the server runs')
    .action(async (_options, self) => {
      const { rotateMasterKey } = await import('../commands/master-key.ts')
      await rotateMasterKey(globalOptions(self), signal)
    })
  command
    .command('retire')
    .description('end the versions that no secret needs; a backup from before needs them still')
    .action(async (_options, self) => {
      const { retireMasterKey } = await import('../commands/master-key.ts')
      await retireMasterKey(globalOptions(self), signal)
    })
}
