/** @module `postern connect`: a credential that works, kept under a name. */

import { bodyOf } from '../connection-body.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { readConnectionValues } from '../connection-values.ts'
import type { GlobalOptions } from '../global-options.ts'
import { findApi, openApi } from '../open-api.ts'
import { followTrial, parseDays } from './connection-trial.ts'

/** The flags of `connect`, as they were typed. */
export interface ConnectFlags extends ConnectionFlags {
  readonly name: string
  readonly for?: string
  readonly rotationDays?: string
  readonly force?: true
}

/** Tries a connection out, tells what is found as it is found, and keeps it. */
export async function connect(
  flags: ConnectFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, force, for: wants } = flags
  const rotationIntervalDays = parseDays(flags.rotationDays, { least: 1 })
  await findApi(options)
  const values = bodyOf(await readConnectionValues(flags))
  signal.throwIfAborted()
  await using api = await openApi(options, signal)
  for (const host of flags.allowDomain ?? []) await api.call('POST', '/v1/domains', { host })
  const body = { ...values, name, force, wants, rotationIntervalDays }
  await followTrial(api.stream('POST', '/v1/connections', body), options)
}
