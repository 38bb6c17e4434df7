/** @module `postern demo`: its flags and help. */

import type { Command } from 'commander'
import { globalOptions } from '../global-options.ts'

const help = `
It starts an emulated Okta org and a Postern, and lets Postern do with the org what it does with a real one: a service app
that requires DPoP, the doctor, six feeds into JSON lines and the embedded database, an action. It prints what it does, a
link into the console, and commands to try from another terminal. It runs until Ctrl-C (or SIGTERM), terminal or not;
--exit ends it as soon as everything is done.

Everything is in one folder: --data, else a folder beside the usual data directory. The next demo goes on there with the
same org. Delete the folder for a new one.

--replay takes JSON lines or JSON of users, groups, apps, group members, app assignments and System Log events, as Okta's
API gives them: what postern read prints, what the jsonl sink writes, arrays, recorded exchanges. Bad lines are named and
left out. At the end each record is compared with what came out at both sinks.
`

/** Gives `demo` its flags. */
export function defineDemo(command: Command, signal: AbortSignal): void {
  command
    .option('--users <count>', 'how many users the emulated org has; default 2000')
    .option('--port <port>', "Postern's; default 7478, or any free one where that is taken")
    .option('--replay <path>', 'fill the org with recorded data instead: a file, or a folder')
    .option('--exit', 'end as soon as everything is done')
    .addHelpText('after', help)
    .action(async (options, self) => {
      const { demo } = await import('../commands/demo.ts')
      await demo(options, globalOptions(self), signal)
    })
}
