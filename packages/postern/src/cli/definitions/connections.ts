/** @module `postern connections`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { collect, globalOptions } from '../global-options.ts'

/** Gives `connections` what is below it. */
export function defineConnections(command: Command, signal: AbortSignal): void {
  command
    .command('list')
    .description('show the connections that are kept')
    .action(async (_options, self) => {
      const { listConnections } = await import('../commands/connections.ts')
      await listConnections(globalOptions(self), signal)
    })
  command
    .command('show <connection>')
    .description('show one connection: everything but its credential')
    .action(async (name, _options, self) => {
      const { showConnection } = await import('../commands/connections.ts')
      await showConnection(name, globalOptions(self), signal)
    })
  addConnectionFlags(
    command
      .command('update <connection>')
      .description('change what is given, and nothing else; a new credential is tried out first'),
  )
    .option('--clear <member>', 'back to the default, such as scopes; may be repeated', collect)
    .option('--for <purpose>', 'what it is for: a bundle such as read-only, or scopes')
    .option('--rotation-days <days>', 'give it a new key every so many days; 0: never')
    .option('--force', 'change it even if the doctor finds that it does not work then')
    .action(async (name, { dpop, ...options }, self) => {
      const { updateConnection } = await import('../commands/connection-update.ts')
      // Its default would be taken for a change.
      const isChosen = self.getOptionValueSource('dpop') === 'cli'
      const flags = { ...options, name, ...(isChosen ? { dpop } : {}) }
      await updateConnection(flags, globalOptions(self), signal)
    })
  command
    .command('remove <connection>')
    .description('forget a connection and its credential; at Okta everything stays as it is')
    .action(async (name, _options, self) => {
      const { removeConnection } = await import('../commands/connections.ts')
      await removeConnection(name, globalOptions(self), signal)
    })
}
