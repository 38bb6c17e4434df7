/** @module `postern inputs`: what can be read, and what it needs. */

import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { openApi } from '../open-api.ts'

/** An input as the API gives it. */
interface Input {
  readonly name: string
  readonly title: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly sync: string
  readonly connections: readonly {
    readonly name: string
    readonly runs: boolean
    readonly missingScopes: readonly string[]
  }[]
}

/** Shows every input, and the connections that can read it. */
export async function listInputs(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const { inputs } = await api.call<{ readonly inputs: readonly Input[] }>('GET', '/v1/inputs')
  await printList(inputs, {
    format: options.output,
    none: 'There is no input.',
    row: ({ name, title, scopes, roles, sync, connections }) => ({
      name,
      title,
      sync,
      scopes: scopes.join(' '),
      role: roles[0],
      connections: connections
        .map((of) => (of.runs ? of.name : `${of.name} (no ${of.missingScopes.join(', ')})`))
        .join(', '),
    }),
  })
}
