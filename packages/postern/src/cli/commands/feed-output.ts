/** @module A feed as commands print it. */

import { formatCountOf } from '../count.ts'
import { formatDuration } from '../duration.ts'
import { formatFields, showPlain } from '../output.ts'

/** A run as the API gives it. */
export interface Run {
  readonly id: string
  readonly trigger: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly outcome?: string
  readonly report: {
    readonly records: number
    readonly emitted: number
    readonly requests: number
    readonly waitedMs: number
    readonly notes: readonly string[]
    readonly error?: { readonly code: string; readonly message: string; readonly remedy: string }
  }
}

/** A feed as the API gives it. */
export interface Feed {
  readonly name: string
  readonly connection: string
  readonly input: string
  readonly state: string
  readonly cron?: string
  readonly timezone: string
  readonly since?: string
  readonly nextRuns: readonly string[]
  readonly sinks: readonly {
    readonly name: string
    readonly kind: string
    readonly confirmed: number
    readonly waiting: number
    readonly failures: number
    readonly error?: { readonly code: string; readonly message: string; readonly remedy: string }
  }[]
  readonly streams: readonly { readonly name: string; readonly at: string }[]
  readonly spool: { readonly records: number; readonly bytes: number }
  readonly upToDateAt?: string
  readonly lagSeconds?: number
  readonly gaps: number
  readonly deadLetters: number
  readonly held?: {
    readonly message: string
    readonly remedy: string
    readonly missing: Readonly<Record<string, number>>
    readonly generation: number
  }
  readonly lastRun?: Run
}

/** The route of a feed. */
export function routeOf(name: string): string {
  return `/v1/feeds/${encodeURIComponent(name)}`
}

/** The state of a feed in a word or three. */
export function describeState({ state, lastRun, sinks, held }: Feed): string {
  if (held !== undefined) return `${state}, deletions held`
  if (sinks.some(({ failures }) => failures > 0)) return `${state}, a sink fails`
  return lastRun?.outcome === 'failed' ? `${state}, failed` : state
}

/** A feed for people. */
export function formatFeed(feed: Feed): string {
  const { lastRun, held } = feed
  const schedule = feed.cron === undefined ? 'on demand' : `${feed.cron} (${feed.timezone})`
  return formatFields([
    ['Feed', feed.name],
    ['State', describeState(feed)],
    ['Reads', `${feed.input} over ${feed.connection}`],
    ['Cron', schedule],
    ...(feed.nextRuns.length === 0 ? [] : [['Next runs', feed.nextRuns.join(', ')] as const]),
    ...(feed.since === undefined ? [] : [['Begins', feed.since] as const]),
    ...feed.sinks.map((sink) => [`Sink ${sink.name}`, describeSink(sink)] as const),
    ...feed.streams.map(({ name, at }) => [`Stream ${name}`, showPlain(at)] as const),
    ['Up to date', feed.upToDateAt ?? 'not yet'],
    ...(feed.lagSeconds === undefined
      ? []
      : [['Lag', formatDuration(feed.lagSeconds * 1_000)] as const]),
    ['Spool', formatCountOf(feed.spool.records, 'records')],
    ['Gaps', String(feed.gaps)],
    ['Dead letters', String(feed.deadLetters)],
    ...(lastRun === undefined ? [] : [['Last run', describeRun(lastRun)] as const]),
    ...(held === undefined
      ? []
      : [
          [
            'Held back',
            showPlain(`${held.message} ${held.remedy} (--generation ${held.generation})`),
          ] as const,
        ]),
  ])
}

/** A run in a line. */
export function describeRun({ outcome, startedAt, report }: Run): string {
  const why = report.error === undefined ? '' : `: ${report.error.message} (${report.error.code})`
  return showPlain(
    `${outcome ?? 'under way'} at ${startedAt}, ${formatCountOf(report.records, 'records')}${why}`,
  )
}

function describeSink({ kind, waiting, failures, error }: Feed['sinks'][number]): string {
  const behind = waiting === 0 ? 'has everything' : `${formatCountOf(waiting, 'batches')} behind`
  const why =
    error === undefined ? '' : `, failed ${formatCountOf(failures, 'times')}: ${error.message}`
  return showPlain(`${kind}, ${behind}${why}`)
}
