/** @module `postern proxy`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'

/** Gives `proxy` its arguments and flags. */
export function defineProxy(command: Command, signal: AbortSignal): void {
  command
    .argument('<name>')
    .option('--port <number>', 'where it listens on 127.0.0.1; default: any port that is free')
  addCallsFlag(command).action(async (name, options, self) => {
    const { proxy } = await import('../commands/proxy.ts')
    await proxy({ ...options, name }, globalOptions(self), signal)
  })
}

/** The flag that says which calls are given. */
export function addCallsFlag(command: Command): Command {
  return command.option(
    '--allow <calls>',
    'METHODS:PATHS with commas, such as GET,POST:/api/v1/groups; may be repeated; default GET,HEAD:/api/v1',
    collect,
  )
}
