/** @module `postern emulator`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { collect, globalOptions } from '../global-options.ts'
import { requireCredential } from '../kept-name.ts'
import { offering } from '../offering.ts'

/** Gives `emulator` its arguments and flags, and what is below it. */
export function defineEmulator(emulator: Command, signal: AbortSignal): void {
  // A command of its own, so that `compare` has --scopes and --dpop of a connection; nobody need write its name.
  const start = addStartCommand(emulator, signal)
  emulator.addHelpText('after', () => `\n${start.helpInformation()}`)
  addCompareCommand(emulator, signal)
}

function addStartCommand(emulator: Command, signal: AbortSignal): Command {
  return emulator
    .command('start', { isDefault: true })
    .description('run an org; this is what postern emulator alone does')
    .option('--port <port>', 'default: any free one')
    .option('--control-port <port>', 'of the control API; default: any free one')
    .option('--users <count>', 'how many users it has; default 200')
    .option(
      '--fault <name>',
      'switch a fault on, as name or name=parameter:value; may be repeated',
      collect,
    )
    .option('--list-faults', 'show every fault and its parameters; start nothing')
    .addOption(
      offering('--edition <edition>', 'what the org has bought; default enterprise', [
        'integrator',
        'enterprise',
        'workforce',
        'unlimited',
      ]),
    )
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
    .action(async (options, self) => {
      const commands = await import('../commands/emulator.ts')
      await commands.emulator(options, globalOptions(self), signal)
    })
}

function addCompareCommand(emulator: Command, signal: AbortSignal): void {
  const command = emulator
    .command('compare')
    .description('ask a real org where it differs from the emulator; changes nothing in it')
    .argument('[name]', 'the connection')
  addConnectionFlags(command)
    .option('--out <file>', 'save the report as JSON; never an existing file')
    .action(async (name, options, self) => {
      const flags = { ...options, name }
      requireCredential(flags)
      const { compare } = await import('../commands/emulator-compare.ts')
      await compare(flags, globalOptions(self), signal)
    })
}
