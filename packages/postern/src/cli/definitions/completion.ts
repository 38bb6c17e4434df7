/** @module `postern completion`: its arguments and help. */

import { Argument, type Command } from 'commander'

/** Gives `completion` its argument, and the question that the scripts ask. */
export function defineCompletion(command: Command): void {
  const shell = new Argument('<shell>', 'whose script is printed')
  shell.argChoices = ['bash', 'zsh', 'fish']
  command.addArgument(shell).action(async (name) => {
    const { printScript } = await import('../commands/completion.ts')
    printScript(name)
  })
  command
    .command('words <shell> [words...]', { hidden: true })
    .description('print what may stand where the cursor is; for the scripts')
    .action(async (name, words: readonly string[], _options, self) => {
      const { printWords } = await import('../commands/completion.ts')
      await printWords(name, words, self)
    })
}
