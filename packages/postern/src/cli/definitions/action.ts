/** @module `postern action`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { globalOptions } from '../global-options.ts'

/** Gives `action` what is below it. */
export function defineAction(command: Command, signal: AbortSignal): void {
  command
    .command('list [action]')
    .description('show every action, or what one takes and needs')
    .action(async (action, _options, self) => {
      const { listActions } = await import('../commands/action.ts')
      await listActions(action, globalOptions(self), signal)
    })
  command
    .command('declare <new-name>')
    .description('declare an action of your own, as a file says it: one request of a template')
    .requiredOption('--file <file>', 'what it is, in JSON or YAML: docs/actions.md')
    .action(async (name, { file }, self) => {
      const { declareOwnAction } = await import('../commands/action.ts')
      await declareOwnAction({ name, file }, globalOptions(self), signal)
    })
  command
    .command('remove <action>')
    .description('forget an action that was declared')
    .action(async (name, _options, self) => {
      const { removeOwnAction } = await import('../commands/action.ts')
      await removeOwnAction(name, globalOptions(self), signal)
    })
  const run = command
    .command('run')
    .description('run an action; what is so already is success')
    .usage('[options] [name] ACTION [key=value…]')
    .argument('[words...]')
    .option('--dry-run', 'change nothing, and say what would change')
    .option('--json <json>', 'all arguments at once: JSON, @FILE, or - for standard input')
    .option('--plan <code>', 'the code of a plan: what it says is made so, and nothing else')
    .option(
      '--idempotency-key <key>',
      'with NAME: the same key and arguments again get the same answer, for 24 hours',
    )
  addConnectionFlags(run).action(async (words: readonly string[], options, self) => {
    const { runAction } = await import('../commands/action.ts')
    await runAction({ ...options, words }, globalOptions(self), signal)
  })
}
