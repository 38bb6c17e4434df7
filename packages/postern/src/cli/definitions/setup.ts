/** @module `postern setup`: its flags and help. */

import type { Command } from 'commander'
import { collect, planOptions } from '../global-options.ts'

/** Gives `setup` its arguments and flags. */
export function defineSetup(command: Command, signal: AbortSignal): void {
  command
    .argument('<name>', 'what the connection is called')
    .option('--org <url>', 'Org URL, for example https://acme.okta.com')
    .option(
      '--admin-token <reference>',
      'an API token of a Super Admin, used once: a file, - or env:NAME',
    )
    .option(
      '--guide [what]',
      'do it by hand in the Admin Console, guided: service-app or api-token',
    )
    .option(
      '--bundle <name>',
      'scopes and roles: read-only (default), system-log, access-management',
    )
    .option('--scopes <scopes>', 'in the place of those of the bundle')
    .option(
      '--role <role>',
      'an admin role, or CUSTOM:ROLE_ID:RESOURCE_SET_ID, or none; may be repeated',
      collect,
    )
    .option('--via <api>', 'apps (default) or clients, which is dynamic registration')
    .option('--keys <where>', 'okta (default) keeps the public key, or url fetches it')
    .option('--jwks-url <url>', 'where the key set will be published')
    .option('--no-dpop', 'do not require DPoP')
    .option('--label <text>', 'the name of the app in the Admin Console')
    .option(
      '--plan',
      'write plan and key to --out and print what would be done; --output terraform prints HCL',
    )
    .option('--undo', 'delete the app that the setup in --out made, and the files')
    .option('--out <dir>', 'a folder for the private key (0600), okta.env and the plan')
    .action(async (name, options, self) => {
      const { setup } = await import('../commands/setup.ts')
      await setup({ ...options, name }, planOptions(self), signal)
    })
}
