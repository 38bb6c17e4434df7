/** @module `postern inputs`: its help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `inputs` what it does. */
export function defineInputs(command: Command, signal: AbortSignal): void {
  command.action(async (_options, self) => {
    const { listInputs } = await import('../commands/inputs.ts')
    await listInputs(globalOptions(self), signal)
  })
}
