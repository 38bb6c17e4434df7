/** @module A feed as it is shown: what it is, how far it is, and what is in its way. */

import { getInput, type JsonObject } from '@postern/core'
import { nextFires } from '../jobs/next.ts'
import { type FeedProgress, readFeedProgress } from '../store/feed-overview.ts'
import type { HeldDeletions, MissedPolicy, StoredError } from '../store/feed-values.ts'
import type { NamedFeedRow } from '../store/feeds.ts'
import type { RunRow } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { feedNotFound } from './feed-refusals.ts'
import { streamsOf } from './streams.ts'

/** A sink of a feed. */
export interface FeedSinkView {
  readonly name: string
  readonly kind: string
  /** The last batch that it confirmed. */
  readonly confirmed: number
  /** Batches that wait for it. */
  readonly waiting: number
  /** In a row. */
  readonly failures: number
  readonly failingSince?: Date | undefined
  readonly retryAt?: Date | undefined
  readonly error?: StoredError | undefined
  readonly confirmedAt?: Date | undefined
}

/** A feed as it is shown. */
export interface FeedView {
  readonly name: string
  readonly connection: string
  readonly input: string
  readonly state: 'paused' | 'running' | 'scheduled' | 'on-demand'
  readonly cron?: string | undefined
  readonly timezone: string
  readonly missed: MissedPolicy
  readonly since?: string | undefined
  readonly sweepHours?: number | undefined
  readonly verify?: boolean | undefined
  /** The next three fires of its schedule. */
  readonly nextRuns: readonly Date[]
  readonly sinks: readonly FeedSinkView[]
  readonly streams: readonly { readonly name: string; readonly at: string }[]
  readonly spool: { readonly records: number; readonly bytes: number }
  /** Since when something of the org may be missing; absent before the first run. */
  readonly upToDateAt?: Date | undefined
  readonly lagSeconds?: number | undefined
  readonly gaps: number
  readonly deadLetters: number
  readonly held?: HeldDeletions | undefined
  readonly lastRun?: RunRow | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

const SHOWN_FIRES = 3

/** A feed as it is now. @param now - by this process's clock */
export async function viewFeed(store: Store, feed: NamedFeedRow, now: Date): Promise<FeedView> {
  const [view] = await viewFeeds(store, [feed], now)
  return view ?? Promise.reject(feedNotFound())
}

/** Feeds as they are now. @param now - by this process's clock */
export async function viewFeeds(
  store: Store,
  feeds: readonly NamedFeedRow[],
  now: Date,
): Promise<readonly FeedView[]> {
  const progress = await readFeedProgress(
    store,
    feeds.map(({ id }) => id),
  )
  return feeds.flatMap((feed, index) => {
    const of = progress[index]
    return of === undefined ? [] : [viewOf(feed, of, now)]
  })
}

function viewOf(feed: NamedFeedRow, progress: FeedProgress, now: Date): FeedView {
  const { lastRun } = progress
  const { since, sweepHours, verify } = feed.settings
  const input = getInput(feed.input)
  const upToDateAt = latest(
    progress.lastPublished,
    lastRun?.outcome === 'ok' ? lastRun.started_at : undefined,
  )
  return {
    name: feed.name,
    connection: feed.connection,
    input: feed.input,
    state: stateOf(feed, lastRun),
    cron: feed.cron ?? undefined,
    timezone: feed.timezone,
    missed: feed.missed,
    since,
    sweepHours,
    verify,
    nextRuns: nextRunsOf(feed, now),
    sinks: progress.sinks.map(({ progress: of, sink }) => ({
      name: sink.name,
      kind: sink.kind,
      confirmed: of.seq,
      waiting: progress.seq - of.seq,
      failures: of.failures,
      failingSince: of.failing_since ?? undefined,
      retryAt: of.retry_at ?? undefined,
      error: of.error ?? undefined,
      confirmedAt: of.confirmed_at ?? undefined,
    })),
    streams: progress.streams.flatMap(({ name, state }) => {
      const stream = streamsOf(input.name).find((one) => one.name === name)
      // Only the stream itself writes its state.
      return stream === undefined ? [] : [{ name, at: stream.describe(state as JsonObject) }]
    }),
    spool: { records: progress.spoolRecords, bytes: progress.spoolBytes },
    upToDateAt,
    lagSeconds:
      upToDateAt && Math.max(0, Math.round((now.getTime() - upToDateAt.getTime()) / 1_000)),
    gaps: progress.gaps,
    deadLetters: progress.deadLetters,
    held: feed.held ?? undefined,
    lastRun,
    createdAt: feed.created_at,
    updatedAt: feed.updated_at,
  }
}

function stateOf(
  { paused_at, cron }: NamedFeedRow,
  lastRun: RunRow | undefined,
): FeedView['state'] {
  if (paused_at !== null) return 'paused'
  if (lastRun !== undefined && lastRun.outcome === null) return 'running'
  return cron === null ? 'on-demand' : 'scheduled'
}

function nextRunsOf({ cron, timezone, paused_at }: NamedFeedRow, now: Date): readonly Date[] {
  if (cron === null || paused_at !== null) return []
  return nextFires({ expression: cron, timezone }, now, SHOWN_FIRES)
}

function latest(...dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.flatMap((date) => (date === undefined ? [] : [date.getTime()]))
  return times.length === 0 ? undefined : new Date(Math.max(...times))
}
