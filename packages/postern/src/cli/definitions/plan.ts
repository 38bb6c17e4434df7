/** @module `postern plan`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

const ACCESS_KEY = '--access-key <reference>'

/** Gives `plan` what is below it. */
export function definePlan(command: Command, signal: AbortSignal): void {
  command
    .command('create')
    .description('find what an action would do, and print the code that applies it once approved')
    .usage('[options] NAME ACTION [key=value…]')
    .argument('[words...]')
    .option('--json <json>', 'all arguments at once: JSON, @FILE, or - for standard input')
    .option(ACCESS_KEY, 'whose plan it is: a file, - or env:NAME; default: of this machine')
    .action(async (words: readonly string[], options, self) => {
      const { createPlan } = await import('../commands/plan.ts')
      await createPlan({ ...options, words }, globalOptions(self), signal)
    })
  command
    .command('list')
    .description('show the plans of the access key, and those that it may approve')
    .option(ACCESS_KEY, 'whose: a file, - or env:NAME; default: of this machine')
    .action(async (options, self) => {
      const { listPlans } = await import('../commands/plan.ts')
      await listPlans(options, globalOptions(self), signal)
    })
  command
    .command('show <plan>')
    .description('show what a plan would do, and how far that goes')
    .option(ACCESS_KEY, 'whose: a file, - or env:NAME; default: of this machine')
    .action(async (id, options, self) => {
      const { showPlan } = await import('../commands/plan.ts')
      await showPlan({ ...options, id }, globalOptions(self), signal)
    })
  for (const verb of ['approve', 'refuse'] as const) {
    command
      .command(`${verb} <plan>`)
      .description(
        verb === 'approve'
          ? 'show a plan that somebody else asked for, ask, and approve it'
          : 'refuse a plan that somebody else asked for',
      )
      .option(ACCESS_KEY, 'of whoever decides: a file, - or env:NAME; default: POSTERN_ACCESS_KEY')
      .option('--yes', 'do not ask')
      .action(async (id, options, self) => {
        const { decidePlan } = await import('../commands/plan.ts')
        await decidePlan({ ...options, id, verb }, globalOptions(self), signal)
      })
  }
}
