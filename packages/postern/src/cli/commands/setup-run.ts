/** @module The end of a setup whose connection is kept: whoever made the app, it is proven and shown. */

import type { ShownSetup } from '../../connections/setup-result.ts'
import type { ApiClient } from '../api-client.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printData } from '../output.ts'
import { formatKept } from './setup-output.ts'

/** One run of `postern setup` without a folder. */
export interface SetupRun {
  readonly api: ApiClient
  readonly name: string
  readonly format: GlobalOptions['output']
}

/** Proves an app that was made by the plan, and keeps the connection. */
export async function finish(run: SetupRun, clientId?: string): Promise<void> {
  const body = { name: run.name, clientId }
  await printKept(run, await run.api.call('POST', '/v1/setup/finish', body))
}

/** Prints what was proven of a connection that is kept now. */
export async function printKept({ name, format }: SetupRun, shown: ShownSetup): Promise<void> {
  await printData(shown, { format, text: () => formatKept(name, shown) })
}
