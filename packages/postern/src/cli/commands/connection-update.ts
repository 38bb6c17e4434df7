/** @module `postern connections update`: what is given is changed, and the rest stays. */

import type { Finding } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import { bodyOf } from '../connection-body.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { readConnectionValues } from '../connection-values.ts'
import type { GlobalOptions } from '../global-options.ts'
import { useKept } from '../kept-connection.ts'
import { findApi } from '../open-api.ts'
import { type Connected, followTrial, parseDays } from './connection-trial.ts'

/** The flags of `connections update`, as they were typed. */
export interface UpdateFlags extends Omit<ConnectionFlags, 'dpop'> {
  readonly name: string
  /** Absent where it was not typed. */
  readonly dpop?: string
  readonly for?: string
  readonly rotationDays?: string
  readonly clear?: readonly string[]
  readonly force?: true
}

/** Changes a connection; what is found on the way is told as it is found. */
export async function updateConnection(
  flags: UpdateFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, force } = flags
  requireSameOrg(flags)
  await findApi(options)
  const body = { ...(await changeOf(flags)), force }
  signal.throwIfAborted()
  await useKept(name, { ...options, signal }, (api, path) =>
    followTrial(api.stream<Finding, Connected>('PATCH', path, body), options),
  )
}

async function changeOf(flags: UpdateFlags): Promise<Readonly<Record<string, unknown>>> {
  const { dpop, for: wants, clear = [] } = flags
  const values = bodyOf(await readConnectionValues({ ...flags, dpop: dpop ?? 'auto' }))
  const days = parseDays(flags.rotationDays, { least: 0 })
  return {
    ...values,
    ...(dpop === undefined ? {} : { dpop }),
    ...(wants === undefined ? {} : { wants }),
    ...(days === undefined ? {} : { rotationIntervalDays: days === 0 ? null : days }),
    ...Object.fromEntries(clear.map((member) => [member, null])),
  }
}

/** What is known of a connection holds for one org alone. */
function requireSameOrg({ org, fromEnv }: UpdateFlags): void {
  if (org === undefined && !fromEnv) return
  throw new UsageError('usage_invalid', 'A connection keeps its org.', {
    remedy: 'Connect the other org under another name: postern connect NAME --org …',
  })
}
