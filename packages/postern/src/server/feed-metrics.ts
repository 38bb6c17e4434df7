/**
 * @module What is watched of feeds. The first two hundred by name have series of their own; of more there would be too many, and
 * of those the API tells.
 */

import type { Clock } from '@postern/core'
import { Gauge, type Registry } from 'prom-client'
import { type FeedFigures, readFeedFigures } from '../store/feed-figures.ts'
import type { Store } from '../store/store.ts'

const MAX_FEEDS = 200

interface Watched {
  readonly name: string
  readonly help: string
  /** Undefined: not known yet, and left out. */
  readonly value: (figures: FeedFigures, nowMs: number) => number | undefined
}

const WATCHED: readonly Watched[] = [
  {
    name: 'postern_feed_lag_seconds',
    help: 'Since when something of the org may be missing, by feed.',
    value: (figures, nowMs) => {
      const since = upToDateMs(figures)
      return since === undefined ? undefined : Math.max(0, (nowMs - since) / 1_000)
    },
  },
  {
    name: 'postern_feed_spool_records',
    help: 'Records that wait for sinks, by feed.',
    value: ({ spoolRecords }) => spoolRecords,
  },
  {
    name: 'postern_feed_spool_bytes',
    help: 'Bytes that wait for sinks, before they are compressed, by feed.',
    value: ({ spoolBytes }) => spoolBytes,
  },
  {
    name: 'postern_feed_sink_failures',
    help: 'Failures in a row of the sinks, by feed.',
    value: ({ sinkFailures }) => sinkFailures,
  },
  {
    name: 'postern_feed_gaps',
    help: 'Pieces of history that could not be read, by feed.',
    value: ({ gaps }) => gaps,
  },
  {
    name: 'postern_feed_dead_letters',
    help: 'Records that were set aside, by feed.',
    value: ({ deadLetters }) => deadLetters,
  },
  {
    name: 'postern_feed_verify_missing',
    help: 'Events that verifying found missing, and delivered late, by feed.',
    value: ({ missing }) => missing,
  },
  {
    name: 'postern_feed_last_run_ok',
    help: 'Whether the last run came to its end: 1 or 0, by feed.',
    value: ({ lastRun }) =>
      lastRun?.outcome === undefined ? undefined : Number(lastRun.outcome === 'ok'),
  },
]

/** The series of feeds. */
export class FeedMetrics {
  readonly #store: Store
  readonly #clock: Clock
  readonly #gauges: readonly (Watched & { readonly gauge: Gauge<'feed'> })[]

  constructor(
    registry: Registry,
    { store, clock }: { readonly store: Store; readonly clock: Clock },
  ) {
    this.#store = store
    this.#clock = clock
    this.#gauges = WATCHED.map((watched) => {
      const { name, help } = watched
      return {
        ...watched,
        gauge: new Gauge({ name, help, labelNames: ['feed'], registers: [registry] }),
      }
    })
  }

  /** Looks at the feeds. Where the database does not answer there are no series, and the other metrics say so. */
  async refresh(): Promise<void> {
    const figures = await readFeedFigures(this.#store, MAX_FEEDS).catch(() => [])
    const nowMs = this.#clock.now().getTime()
    for (const { gauge, value } of this.#gauges) {
      gauge.reset()
      for (const one of figures) {
        const known = value(one, nowMs)
        if (known !== undefined) gauge.set({ feed: one.name }, known)
      }
    }
  }
}

function upToDateMs({ lastPublished, lastRun }: FeedFigures): number | undefined {
  const ended = lastRun?.outcome === 'ok' ? lastRun.startedAt : undefined
  const known = [lastPublished, ended].flatMap((date) =>
    date === undefined ? [] : [date.getTime()],
  )
  return known.length === 0 ? undefined : Math.max(...known)
}
