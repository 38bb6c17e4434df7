/** @module `postern mcp`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'

/** Gives `mcp` its arguments and flags. */
export function defineMcp(command: Command, signal: AbortSignal): void {
  command
    .argument('[connections...]', 'the connections that the tools are kept to; default: all')
    .option(
      '--allow <action>',
      'an action that changes something and may be planned, such as group.add_member; may be repeated; default: none',
      collect,
    )
    .option(
      '--access-key <reference>',
      'the access key whose rights the tools have: a file or env:NAME; default: the rights of this command',
    )
    .action(async (names, options, self) => {
      const { mcp } = await import('../commands/mcp.ts')
      await mcp({ ...options, names }, globalOptions(self), signal)
    })
}
