/** @module `postern config`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

/** Gives `config` what is below it. */
export function defineConfig(config: Command, signal: AbortSignal): void {
  config
    .command('check')
    .description('say everything that is wrong with a configuration file; asks nobody')
    .argument('[file]', 'default: postern.yaml in this folder')
    .action(async (file, _options, self) => {
      const commands = await import('../commands/config.ts')
      await commands.check(file, globalOptions(self))
    })
  config
    .command('explain')
    .description('show each value that a configuration file comes to, and where it comes from')
    .argument('[file]', 'default: postern.yaml in this folder')
    .action(async (file, _options, self) => {
      const commands = await import('../commands/config.ts')
      await commands.explain(file, globalOptions(self))
    })
  config
    .command('diff')
    .description('show what is otherwise in the store, and what the file does not name')
    .argument('[file]', 'default: postern.yaml in this folder')
    .action(async (file, _options, self) => {
      const commands = await import('../commands/config.ts')
      await commands.diff(file, globalOptions(self), signal)
    })
  config
    .command('schema')
    .description('print the JSON Schema of a configuration file, for editors')
    .action(async (_options, self) => {
      const commands = await import('../commands/config.ts')
      await commands.schema(globalOptions(self, 'json'))
    })
}
