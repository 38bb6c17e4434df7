/** @module `postern request`: its flags and help. */

import type { Command } from 'commander'
import { addConnectionFlags } from '../connection-flags.ts'
import { collect, globalOptions } from '../global-options.ts'
import { ArgumentFailure } from '../quiet-command.ts'

/** Gives `request` its arguments and flags. */
export function defineRequest(command: Command, signal: AbortSignal): void {
  command
    .usage('[options] [name] METHOD PATH')
    .argument('[words...]')
    .option('--query <name=value>', 'a parameter of the query; may be repeated', collect)
    .option('--body <json>', 'the body: JSON, @FILE, or - for standard input')
    .option('--header <name=value>', 'a header of the request; may be repeated', collect)
    .option('--paginate', 'follow next links, and print the records of all pages as one list')
    .option('--verbose', 'status, request id and rate limit on stderr')
  addConnectionFlags(command, { headerFlag: '--token-header' }).action(
    async (words: readonly string[], options, self) => {
      const [path, method, name] = words.toReversed()
      if (path === undefined || method === undefined || words.length > 3) {
        throw new ArgumentFailure(
          words.length > 3
            ? 'There are more words than a request has.'
            : 'METHOD or PATH is missing.',
          'Write postern request [NAME] METHOD PATH, such as postern request GET /api/v1/users.',
        )
      }
      const { request } = await import('../commands/request.ts')
      const { header: requestHeader, tokenHeader: header, ...flags } = options
      const call = { ...flags, requestHeader, header, name, method, path }
      await request(call, globalOptions(self, 'json'), signal)
    },
  )
}
