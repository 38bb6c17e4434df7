/** @module `postern connect`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { globalOptions } from '../global-options.ts'
import { offering } from '../offering.ts'

/** Gives `connect` its arguments and flags. */
export function defineConnect(command: Command, signal: AbortSignal): void {
  command.argument('<name>', 'what the connection is called')
  addConnectionFlags(command)
    .option('--for <purpose>', 'what it is for: a bundle such as read-only, or scopes')
    .option('--rotation-days <days>', 'give it a new key every so many days')
    .option('--browser', 'make a link instead: who opens it gives the values on a page')
    .addOption(
      offering('--methods <methods>', 'with --browser, one or both with a comma; default both', [
        'service-app',
        'api-token',
      ]),
    )
    .option('--connect-origin <origin>', 'with --browser: a page of this origin embeds it')
    .option('--force', 'keep it even if the doctor finds that it does not work')
    .action(async (name, options, self) => {
      const flags = { ...options, name }
      if (options.browser) {
        const { connectInBrowser } = await import('../commands/connect-browser.ts')
        await connectInBrowser(flags, globalOptions(self), signal)
      } else {
        const { connect } = await import('../commands/connect.ts')
        await connect(flags, globalOptions(self), signal)
      }
    })
}
