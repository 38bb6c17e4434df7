/** @module `postern audit`: what was done, and the proof that nothing of it was changed. */

import { UsageError } from '../../config/usage-error.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData } from '../output.ts'

/** The flags of `audit list`, as they were typed. */
export interface AuditFlags {
  readonly connection?: string
  readonly action?: string
  readonly limit?: string
}

/** An entry as the API shows it. */
interface AuditRow {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly connection?: string
  readonly target?: string
  readonly outcome: string
}

/** Prints the newest entries, the newest first. */
export async function listAudit(
  flags: AuditFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams()
  const given = { connection: flags.connection, action: flags.action, limit: limitOf(flags) }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value)
  await using api = await openApi(options, signal)
  const { rows } = await api.call<{ readonly rows: readonly AuditRow[] }>(
    'GET',
    `/v1/audit?${query}`,
  )
  await printList(rows, {
    format: options.output,
    none: 'Nothing of that was done.',
    row: (row) => ({
      seq: row.seq,
      at: row.at,
      actor: row.actor,
      action: row.action,
      on: formatSubject(row),
      outcome: row.outcome,
    }),
  })
}

/** What an entry is about: its connection, and what it names beside that. */
export function formatSubject({ connection, target }: Pick<AuditRow, 'connection' | 'target'>) {
  return [...new Set([connection, target])].filter((name) => name !== undefined).join(' ')
}

/** What the API says of the whole log. */
interface Verified {
  readonly intact: boolean
  readonly end: { readonly seq: number; readonly hash: string }
  readonly breach?: { readonly seq: number; readonly kind: string }
}

/** Goes over the whole log; the exit code tells whether it is as it was written. */
export async function verifyAudit(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const verified = await api.call<Verified>('POST', '/v1/audit/verify', {})
  await printData(verified, { format: options.output, text: () => formatVerified(verified) })
  if (!verified.intact) process.exitCode = exitCodes.problemsFound
}

function formatVerified({ intact, end, breach }: Verified): string {
  return formatFields([
    ['Audit log', intact ? 'as it was written' : `entry ${breach?.seq} is ${breach?.kind}`],
    ['Up to entry', String(end.seq)],
    ['Hash there', end.hash],
  ])
}

function limitOf({ limit }: AuditFlags): string | undefined {
  if (
    limit === undefined ||
    (/^\d{1,4}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= 1_000)
  )
    return limit
  throw new UsageError('usage_invalid', '--limit is no whole number from 1 to 1000.', {
    remedy: 'Give --limit such a number, in digits.',
    details: { flag: '--limit' },
  })
}
