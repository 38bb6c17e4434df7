/** @module `postern doctor`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { globalOptions } from '../global-options.ts'
import { keptNameOf } from '../kept-name.ts'

/** Gives `doctor` its arguments and flags. */
export function defineDoctor(command: Command, signal: AbortSignal): void {
  command.argument('[name]', 'the connection')
  addConnectionFlags(command)
    .option(
      '--for <purpose>',
      'what the connection is for: read-only, access-management, system-log, or scopes',
    )
    .option(
      '--admin-token <reference>',
      "a Super Admin's API token, which proves what is only likely: a file, - or env:NAME",
    )
    .option(
      '--admin <connection>',
      'with NAME: a connection that is kept, to the same org as a Super Admin',
    )
    .option(
      '--fix',
      'offer each repair that can be done with --admin-token or --admin, and ask first',
    )
    .option('--yes', 'with --fix, do every repair without asking')
    .action(async (name, options, self) => {
      const flags = { ...options, name }
      const kept = keptNameOf(flags)
      if (kept !== undefined) {
        const { examineKept } = await import('../commands/doctor-kept.ts')
        return examineKept(kept, flags, globalOptions(self), signal)
      }
      const { doctor } = await import('../commands/doctor.ts')
      await doctor(flags, globalOptions(self), signal)
    })
}
