/** @module `postern connections`: what is kept, shown, changed and forgotten. */

import type { ConnectionView } from '../../connections/view.ts'
import type { GlobalOptions } from '../global-options.ts'
import { useKept } from '../kept-connection.ts'
import { openApi } from '../open-api.ts'
import { printData, showPlain, tell } from '../output.ts'
import { printConnection, printConnections } from './connection-output.ts'

/** Prints every connection. */
export async function listConnections(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const { connections } = await api.call<{ readonly connections: readonly ConnectionView[] }>(
    'GET',
    '/v1/connections',
  )
  await printConnections(connections, options)
}

/** Prints one connection. */
export async function showConnection(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const connection = await useKept(name, { ...options, signal }, (api, path) =>
    api.call<ConnectionView>('GET', path),
  )
  await printConnection(connection, options)
}

/** Forgets a connection. */
export async function removeConnection(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const removed = await useKept(name, { ...options, signal }, (api, path) =>
    api.call<{ readonly name: string; readonly remains: string }>('DELETE', path),
  )
  await printData(removed, {
    format: options.output,
    text: () => `The connection ${removed.name} is removed, with its credential.`,
  })
  // A person reads it as a sentence; a program has it as a member.
  if (options.output === 'table') tell(showPlain(removed.remains))
}
