/** @module `postern connect`: a credential that works, kept under a name. */

import { UsageError } from '../../config/usage-error.ts'
import { bodyOf } from '../connection-body.ts'
import { readConnectionValues } from '../connection-values.ts'
import type { GlobalOptions } from '../global-options.ts'
import { findApi, openApi } from '../open-api.ts'
import type { ConnectFlags } from './connect-flags.ts'
import { followTrial, parseDays } from './connection-trial.ts'

/** Tries a connection out, tells what is found as it is found, and keeps it. */
export async function connect(
  flags: ConnectFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  refuseWithoutBrowser(flags)
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

/** @throws {UsageError} for a flag of the Connect page. */
function refuseWithoutBrowser({ methods, connectOrigin }: ConnectFlags): void {
  if (methods === undefined && connectOrigin === undefined) return
  const flag = methods === undefined ? '--connect-origin' : '--methods'
  throw new UsageError('usage_invalid', `${flag} is for --browser.`, {
    remedy: `Add --browser, or leave ${flag} out.`,
    details: { flag },
  })
}
