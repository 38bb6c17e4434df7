/** @module `postern feed runs`, `gaps`, `dead-letters` and `confirm-deletions`: what happened, and what did not. */

import { UsageError } from '../../config/usage-error.ts'
import { formatCountOf } from '../count.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { openApi } from '../open-api.ts'
import { printData, tell } from '../output.ts'
import { type Feed, formatFeed, type Run, routeOf } from './feed-output.ts'

/** Shows what a feed did. */
export async function listRuns(
  { name, limit }: { readonly name: string; readonly limit?: string },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const query = limit === undefined ? '' : `?limit=${wholeNumber('--limit', limit)}`
  await using api = await openApi(options, signal)
  const { runs } = await api.call<{ readonly runs: readonly Run[] }>(
    'GET',
    `${routeOf(name)}/runs${query}`,
  )
  await printList(runs, {
    format: options.output,
    none: 'The feed has not run yet.',
    row: ({ startedAt, trigger, outcome, report }) => ({
      startedAt,
      outcome: outcome ?? 'under way',
      records: report.records,
      emitted: report.emitted,
      requests: report.requests,
      trigger,
      error: report.error?.code,
    }),
  })
}

/** Shows what a feed could not read. */
export async function listGaps(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const { gaps } = await api.call<{
    readonly gaps: readonly {
      readonly from?: string
      readonly to: string
      readonly reason: string
    }[]
  }>('GET', `${routeOf(name)}/gaps`)
  await printList(gaps, {
    format: options.output,
    none: 'No gap: everything could be read.',
    row: ({ from, to, reason }) => ({ from: from ?? 'the beginning', to, reason }),
  })
}

/** Shows the records that were set aside, drops them, or has them sent again. */
export async function deadLetters(
  { name, drop, retry }: { readonly name: string; readonly drop?: true; readonly retry?: true },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  if (drop && retry) {
    throw new UsageError('usage_invalid', 'Both --drop and --retry are given.', {
      remedy: 'Send them again first (--retry), and drop what is left then.',
    })
  }
  await using api = await openApi(options, signal)
  const route = `${routeOf(name)}/dead-letters`
  if (drop) {
    const { dropped } = await api.call<{ readonly dropped: number }>('DELETE', route)
    return tell(`${formatCountOf(dropped, 'records')} dropped.`)
  }
  if (retry) {
    const result = await api.call<Retried>('POST', `${route}/retry`, {})
    await printData(result, { format: options.output, text: () => describeRetried(result) })
    if (result.refused > 0) process.exitCode = exitCodes.partial
    return
  }
  const letters = await api.list<{
    readonly sink?: string
    readonly batch: number
    readonly code: string
    readonly reason: string
    readonly at: string
  }>(route, { rows: 'deadLetters', cursor: 'cursor' })
  await printList(letters, {
    format: options.output,
    none: 'No record was set aside.',
    row: ({ at, sink, batch, code, reason }) => ({ at, sink: sink ?? 'none', batch, code, reason }),
  })
}

interface Retried {
  readonly sent: number
  readonly refused: number
  readonly superseded: number
}

function describeRetried({ sent, refused, superseded }: Retried): string {
  const parts = [`${formatCountOf(sent, 'records')} sent.`]
  if (refused > 0) parts.push(`${formatCountOf(refused, 'records')} refused again.`)
  if (superseded > 0) {
    parts.push(`${formatCountOf(superseded, 'records')} dropped: their objects changed since.`)
  }
  return parts.join(' ')
}

/** Confirms deletions that are held back. */
export async function confirmDeletions(
  { name, generation }: { readonly name: string; readonly generation: string },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const body = { generation: wholeNumber('--generation', generation) }
  await using api = await openApi(options, signal)
  const feed = await api.call<Feed>('POST', `${routeOf(name)}/confirm-deletions`, body)
  await printData(feed, { format: options.output, text: () => formatFeed(feed) })
  tell('Its next run passes them on.')
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new UsageError('usage_invalid', `${flag} is no whole number.`, {
    remedy: `Give ${flag} such a number, in digits.`,
    details: { flag },
  })
}
