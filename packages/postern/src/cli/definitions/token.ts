/** @module `postern token`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { collect, globalOptions } from '../global-options.ts'
import { keptNameOf } from '../kept-name.ts'

/** Gives `token` its arguments and flags. */
export function defineToken(command: Command, signal: AbortSignal): void {
  command.argument('[name]', 'the connection')
  addConnectionFlags(command)
    .option('--scope <scope>', 'ask for this scope only; may be repeated', collect)
    .option(
      '--explain',
      'show header, claims and the curl for it, with the signature cut; send nothing',
    )
    .option(
      '--headers-for <url>',
      'print the headers of one request, a DPoP proof included: | curl -H @- URL',
    )
    .option('--method <method>', 'the method of that request', 'GET')
    .action(async (name, options, self) => {
      const flags = { ...options, name }
      const kept = keptNameOf(flags)
      if (kept !== undefined) {
        const { keptToken } = await import('../commands/token-kept.ts')
        return keptToken(kept, flags, globalOptions(self), signal)
      }
      const { token } = await import('../commands/token.ts')
      await token(flags, globalOptions(self), signal)
    })
}
