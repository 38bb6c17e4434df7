/** @module `postern rotate`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { globalOptions } from '../global-options.ts'
import { keptNameOf } from '../kept-name.ts'

/** Gives `rotate` its arguments and flags. */
export function defineRotate(command: Command, signal: AbortSignal): void {
  command
    .argument('[name]', 'the connection that is kept')
    .option('--from <dir>', 'the folder of a setup: what it says is rotated, in place')
  addConnectionFlags(command)
    .option('--out <dir>', 'without --from: a folder for the new key and okta.env')
    .option(
      '--admin-token <reference>',
      'an API token of a Super Admin: a file, - or env:NAME; default: the app itself',
    )
    .option('--admin <connection>', 'a connection that is kept and may change the keys')
    .option('--jwks-url <url>', 'where the app takes its keys from, if not from Okta')
    .option('--jwks-out <file>', 'where the key set to be published goes')
    .option('--grace-seconds <seconds>', 'between the switch and the end of the old key', '5')
    .option('--keep-old', 'leave the old key in use beside the new one; the next run ends it')
    .option('--retire', 'delete the old key, an hour or more after it went out of use')
    .option('--rollback', 'make the old key the one in use again')
    .action(async (name, options, self) => {
      const flags = { ...options, name }
      const isKept = flags.from === undefined && flags.out === undefined
      const kept = isKept ? keptNameOf(flags) : undefined
      if (kept !== undefined) {
        const { rotateKept } = await import('../commands/rotate-kept.ts')
        return rotateKept(kept, flags, globalOptions(self), signal)
      }
      const { rotate } = await import('../commands/rotate.ts')
      await rotate(flags, globalOptions(self), signal)
    })
}
