/** @module `postern records`: the records that Postern keeps itself. */

import { formatCountOf } from '../count.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData, tell } from '../output.ts'

/** What was erased, as the API gives it. */
interface Erased {
  readonly events: number
  readonly objects: number
  readonly deadLetters: number
  readonly waiting: readonly { readonly feed: string; readonly batches: number }[]
}

/** Erases a user from the records. */
export async function eraseUser(
  flags: {
    readonly connection: string
    readonly userId: string
    readonly login?: readonly string[]
  },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { connection, userId, login: logins } = flags
  await using api = await openApi(options, signal)
  const route = `/v1/connections/${encodeURIComponent(connection)}/erase`
  const erased = await api.call<Erased>('POST', route, { userId, logins })
  await printData(erased, {
    format: options.output,
    text: () =>
      formatFields([
        ['Events', String(erased.events)],
        ['Objects', String(erased.objects)],
        ['Dead letters', String(erased.deadLetters)],
      ]),
  })
  for (const { feed, batches } of erased.waiting) {
    const waiting = formatCountOf(batches, 'batches')
    tell(
      `${waiting} with the user wait in the feed ${feed}: run it (postern feed run ${feed}), then erase once more.`,
    )
  }
  tell('What other sinks have of the user stays there, and what Okta still has is read again.')
}
