/** @module `postern read`: the records of one input, on standard output as Okta sent them. */

import {
  getInput,
  type Input,
  InputError,
  logRetentionDays,
  type Org,
  type ReadOptions,
  read as readInput,
  systemClock,
} from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { formatCountOf } from '../count.ts'
import { formatDuration, parseDuration } from '../duration.ts'
import type { GlobalOptions } from '../global-options.ts'
import { type OpenOrg, useOrg } from '../open-connection.ts'
import { tell, warn } from '../output.ts'
import { showProgress } from '../progress.ts'
import { openRecordOutput } from '../record-output.ts'
import type { Traffic } from '../traffic.ts'

/** The arguments and flags of `read`, as they were typed. */
export interface ReadFlags extends ConnectionFlags {
  readonly input: string
  readonly since?: string
  readonly until?: string
  readonly limit?: string
  readonly cursor?: string
  readonly parallel?: string
}

/** What was written so far, and where to go on behind it. */
interface Standing {
  records: number
  cursor: string | undefined
  remaining: number | undefined
}

const DAY_MS = 86_400_000
const MAX_PARALLEL = 8

/** Reads an input to its end, its limit, or until nobody reads on; says at the end what it took. */
export async function read(
  flags: ReadFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const input = getInput(flags.input)
  const choices = {
    cursor: flags.cursor,
    since: parseTime('--since', flags.since),
    until: parseTime('--until', flags.until),
    limit: parseCount('--limit', flags.limit, Number.MAX_SAFE_INTEGER),
    parallel: parseCount('--parallel', flags.parallel, MAX_PARALLEL),
    signal,
  }
  warnOfRetention(input, choices.since)
  await useOrg(flags, { ...options, signal }, (open) => readFrom(open, input, choices, options))
}

async function readFrom(
  { org, traffic }: OpenOrg,
  input: Input,
  choices: ReadOptions & { readonly signal: AbortSignal },
  options: GlobalOptions,
): Promise<void> {
  const { signal } = choices
  const startMs = systemClock.monotonicMs()
  const standing: Standing = { records: 0, cursor: choices.cursor, remaining: undefined }
  const hideProgress = showProgress(() => ({
    what: input.plural,
    ...standing,
    elapsedMs: systemClock.monotonicMs() - startMs,
    ...limitsOf(org, input, standing.remaining),
  }))
  const stopTelling = tellCursorWhenAborted(signal, standing)
  try {
    const output = openRecordOutput({ format: options.output, columns: input.columns })
    for await (const batch of readInput(org, input.name, choices)) {
      if (!(await output.write(batch.records))) return
      standing.records += batch.records.length
      standing.cursor = batch.cursor
      standing.remaining = batch.remaining
    }
    await output.end()
  } catch (error) {
    tellCursorOf(error)
    throw error
  } finally {
    stopTelling()
    hideProgress()
  }
  tellSummary(input, standing, { traffic, elapsedMs: systemClock.monotonicMs() - startMs })
}

/** Where to go on. On a line of its own, to be copied. */
function tellCursor(cursor: string | undefined): void {
  if (cursor !== undefined) tell(`--cursor ${cursor}`)
}

function tellCursorOf(error: unknown): void {
  if (!(error instanceof InputError && error.code === 'input_incomplete')) return
  const { cursor } = error.details as { readonly cursor?: string }
  tellCursor(cursor)
}

/** The command ends at once when it is interrupted; what was written by then is known, and where to go on. */
function tellCursorWhenAborted(signal: AbortSignal, standing: Standing): () => void {
  const onAbort = () => {
    tell(`Interrupted after ${formatCountOf(standing.records, 'records')}.`)
    tellCursor(standing.cursor)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return () => signal.removeEventListener('abort', onAbort)
}

function tellSummary(
  input: Input,
  { records, cursor }: Readonly<Standing>,
  { traffic, elapsedMs }: { readonly traffic: Traffic; readonly elapsedMs: number },
): void {
  const waited = traffic.waitedMs === 0 ? '' : `, ${formatDuration(traffic.waitedMs)} of it waiting`
  const taken = formatCountOf(records, input.plural)
  const requests = formatCountOf(traffic.requests, 'requests')
  tell(`${taken} in ${formatDuration(elapsedMs)}${waited}, ${requests}`)
  if (cursor === undefined) return
  tell(input.sync === 'incremental' ? 'The next run begins here:' : 'More follow:')
  tellCursor(cursor)
}

function limitsOf({ pacer }: Org, { bucket, pageLimit }: Input, remaining = 0) {
  const { left, budget: whole, resetInMs = 0 } = pacer.view(bucket) ?? {}
  return {
    allowedMs: pacer.estimateMs(bucket, Math.ceil(remaining / pageLimit)),
    budget: left === undefined || whole === undefined ? undefined : { left, whole, resetInMs },
  }
}

function parseTime(flag: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const ageMs = parseDuration(text)
  const time = ageMs === undefined ? new Date(text) : new Date(Date.now() - ageMs)
  const isInstant = ageMs !== undefined || /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d.*)?$/.test(text)
  if (isInstant && !Number.isNaN(time.getTime())) return time
  throw new UsageError('usage_invalid', `The time of ${flag} cannot be read.`, {
    remedy: `Write ${flag} 2026-01-31, ${flag} 2026-01-31T08:00:00Z, or an age such as 30m, 24h or 7d.`,
    details: { flag },
  })
}

function parseCount(flag: string, text: string | undefined, greatest: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text) && Number(text) >= 1 && Number(text) <= greatest) return Number(text)
  const range = greatest === MAX_PARALLEL ? `from 1 to ${greatest}` : 'from 1 on'
  throw new UsageError('usage_invalid', `${flag} is no whole number ${range}.`, {
    remedy: `Give ${flag} such a number, in digits.`,
    details: { flag },
  })
}

function warnOfRetention({ sync }: Input, since: Date | undefined): void {
  if (sync !== 'incremental' || since === undefined) return
  if (Date.now() - since.getTime() <= logRetentionDays * DAY_MS) return
  warn('log_retention', `Okta keeps events for ${logRetentionDays} days; older ones are gone.`)
}
