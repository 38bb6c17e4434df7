/** @module `postern setup`: its flags and help. */

import type { Command } from 'commander'
import { collect, planOptions } from '../global-options.ts'
import { offering } from '../offering.ts'

/** Gives `setup` its arguments and flags. */
export function defineSetup(command: Command, signal: AbortSignal): void {
  command
    .argument('<name>', 'what the connection is called')
    .option('--org <url>', 'Org URL, for example https://acme.okta.com')
    .option(
      '--admin-token <reference>',
      'an API token of a Super Admin, used once: a file, - or env:NAME',
    )
    .option('--admin <connection>', 'a connection that is kept and may do it')
    .addOption(
      offering('--guide [what]', 'do it by hand in the Admin Console, guided', [
        'service-app',
        'api-token',
      ]),
    )
    .addOption(
      offering('--bundle <name>', 'scopes and roles; default read-only', [
        'read-only',
        'system-log',
        'access-management',
      ]),
    )
    .option('--scopes <scopes>', 'in the place of those of the bundle')
    .option(
      '--role <role>',
      'an admin role, or CUSTOM:ROLE_ID:RESOURCE_SET_ID, or none; may be repeated',
      collect,
    )
    .addOption(
      offering('--via <api>', 'clients is dynamic registration; default apps', ['apps', 'clients']),
    )
    .addOption(
      offering('--keys <where>', 'okta keeps the public key, or fetches it: url; default okta', [
        'okta',
        'url',
      ]),
    )
    .option('--jwks-url <url>', 'where the key set will be published')
    .option('--no-dpop', 'do not require DPoP')
    .option('--label <text>', 'the name of the app in the Admin Console')
    .option(
      '--plan',
      'keep plan and key and print what would be done; --output terraform prints HCL',
    )
    .option(
      '--finish',
      'the app was made by the plan, with Terraform or by hand: prove and keep it',
    )
    .option('--client-id <id>', 'with --finish: where the plan did not choose it')
    .option('--undo', 'delete the app that the setup made, and everything that was kept of it')
    .option('--description <text>', 'free text for the connection')
    .option('--rotation-days <days>', 'give it a new key every so many days')
    .option('--rotation-admin <connection>', 'the connection that changes the keys then')
    .option(
      '--out <dir>',
      'a folder for the private key (0600), okta.env and the plan, in the place of a connection',
    )
    .action(async (name, options, self) => {
      const flags = { ...options, name }
      if (flags.out === undefined) {
        const { setupKept } = await import('../commands/setup-kept.ts')
        return setupKept(flags, planOptions(self), signal)
      }
      const { setup } = await import('../commands/setup.ts')
      await setup(flags, planOptions(self), signal)
    })
}
