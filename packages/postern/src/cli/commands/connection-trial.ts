/** @module What connecting and changing a connection share: it is tried out, what is found is told, and it is printed. */

import type { Finding } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import type { ConnectionView } from '../../connections/view.ts'
import type { GlobalOptions } from '../global-options.ts'
import { warn } from '../output.ts'
import { printConnected, printConnection, provenOf } from './connection-output.ts'
import { tellFinding } from './doctor-output.ts'

/** What the API says of a connection that was tried out and is kept now. */
export interface Connected {
  readonly connection: ConnectionView
  readonly findings: readonly Finding[]
  readonly warnings: readonly {
    readonly field: string
    readonly code: string
    readonly message: string
  }[]
}

/** Tells what is found as it is found, and prints the connection with what was proven. */
export async function followTrial(
  trial: AsyncGenerator<Finding, Connected>,
  options: GlobalOptions,
): Promise<void> {
  let next = await trial.next()
  for (; !next.done; next = await trial.next()) tellFinding(next.value)
  const { connection, findings, warnings } = next.value
  for (const { field, code, message } of warnings) warn(code, `${field}: ${message}`)
  // A change that needs no trial proves nothing, and nothing is said of it.
  if (findings.length === 0) return printConnection(connection, options)
  await printConnected(connection, provenOf(findings), options)
}

/** @throws {UsageError} `usage_invalid` for what is no number of days. */
export function parseDays(
  text: string | undefined,
  { least }: { readonly least: 0 | 1 },
): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,4}$/.test(text) && Number(text) >= least) return Number(text)
  throw new UsageError('usage_invalid', `--rotation-days is no whole number from ${least} on.`, {
    remedy: 'Give --rotation-days such a number, in digits.',
    details: { flag: '--rotation-days' },
  })
}
