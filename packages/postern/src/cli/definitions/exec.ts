/** @module `postern exec`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'
import { addCallsFlag } from './proxy.ts'

/** Gives `exec` its arguments and flags. */
export function defineExec(command: Command, signal: AbortSignal): void {
  command
    .usage('[options] <name> -- COMMAND [ARGUMENTS…]')
    .argument('<name>')
    .argument('<command...>')
  addCallsFlag(command).action(async (name, words: readonly string[], options, self) => {
    const { exec } = await import('../commands/exec.ts')
    await exec({ ...options, name, command: words }, globalOptions(self), signal)
  })
}
