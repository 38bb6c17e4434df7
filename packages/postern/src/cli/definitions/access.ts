/** @module `postern access`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'

/** Gives `access` what is below it. */
export function defineAccess(command: Command, signal: AbortSignal): void {
  command
    .command('add <new-name>')
    .description('make an access key, and print it: it is not shown again')
    .requiredOption(
      '--allow <rule>',
      'CONNECTIONS:VERBS[:LIMITS] with commas: acme:token,read, *:proxy:GET:/api/v1/users (methods, paths), acme:act:group.add_member,reads:approval (actions, whether changes have to be approved); may be repeated',
      collect,
    )
    .option('--expires <when>', 'an instant, or an age such as 90d; default: never')
    .action(async (name, options, self) => {
      const { addAccessKey } = await import('../commands/access.ts')
      await addAccessKey({ ...options, name }, globalOptions(self), signal)
    })
  command
    .command('list')
    .description('show every access key, and what each may do')
    .action(async (_options, self) => {
      const { listAccessKeys } = await import('../commands/access.ts')
      await listAccessKeys(globalOptions(self), signal)
    })
  command
    .command('show <access-key>')
    .description('show one access key, by its id or its name')
    .action(async (key, _options, self) => {
      const { showAccessKey } = await import('../commands/access.ts')
      await showAccessKey(key, globalOptions(self), signal)
    })
  command
    .command('rotate <access-key>')
    .description('give an access key a new secret, and print it; the one before stays good a while')
    .option('--overlap <time>', 'how long that is, such as 1h or 0s; default 24h')
    .action(async (key, options, self) => {
      const { rotateAccessKey } = await import('../commands/access.ts')
      await rotateAccessKey({ ...options, key }, globalOptions(self), signal)
    })
  command
    .command('revoke <access-key>')
    .description('end an access key at once')
    .action(async (key, _options, self) => {
      const { revokeAccessKey } = await import('../commands/access.ts')
      await revokeAccessKey(key, globalOptions(self), signal)
    })
}
