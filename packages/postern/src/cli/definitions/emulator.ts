/** @module `postern emulator`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'

/** Adds `emulator`. */
export function addEmulatorCommand(program: Command, signal: AbortSignal): void {
  program
    .command('emulator')
    .description('run an Okta org on this machine, with faults, until Ctrl-C')
    .option('--port <port>', 'default: any free one')
    .option('--control-port <port>', 'of the control API; default: any free one')
    .option('--users <count>', 'how many users it has; default 200')
    .option(
      '--fault <name>',
      'switch a fault on, as name or name=parameter:value; may be repeated',
      collect,
    )
    .option('--list-faults', 'show every fault and its parameters; start nothing')
    .option('--edition <edition>', 'integrator, enterprise (default), workforce or unlimited')
    .option('--assume <name=value>', 'how to answer an open question; may be repeated', collect)
    .option('--seed <number>', 'another seed makes another org; default 1')
    .option('--traffic <events>', 'events of the System Log per second')
    .option('--dpop', 'the service app requires DPoP')
    .option('--scopes <scopes>', "the service app's granted scopes; default: reading")
    .option('--role <role>', "the service app's admin role, or none; default READ_ONLY_ADMIN")
    .option('--tls-cert <file>', 'serve https with this PEM certificate')
    .option('--tls-key <file>', 'and this private key')
    .option(
      '--key-out <file>',
      "where the service app's private JWK goes (0600); never an existing file",
    )
    .action(async (options, command) => {
      const { emulator } = await import('../commands/emulator.ts')
      await emulator(options, globalOptions(command), signal)
    })
}
