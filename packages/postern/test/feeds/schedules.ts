/** @module Schedules of the proof: what happens in the org, what is in the way, and how each process ends. */

import fc from 'fast-check'
import type { Fate } from './life.ts'
import { deadlySteps } from './steps.ts'

/** Events that happen together. */
export interface Happening {
  readonly count: number
  /** How long before now they were published. */
  readonly agoMs: number
  /** How long after now the log shows them. */
  readonly lateMs: number
}

/** A fault for some requests. */
export interface PlannedDisturbance {
  readonly request: number
  readonly fault: string
  readonly requests: number
}

/** One life of a process, and what happens before it. */
export interface Round {
  readonly happenings: readonly Happening[]
  readonly disturbances: readonly PlannedDisturbance[]
  /** What the receivers do with their requests, from the first one on; then they keep. */
  readonly reactions: readonly ('keep' | 'keep-and-cut' | 'cut' | 'refuse' | 'busy' | 'html')[]
  readonly fate?: Fate | undefined
  /** How wrong this machine's clock is. */
  readonly skewMs: number
  readonly advanceMs: number
}

/** A whole schedule. */
export interface Schedule {
  readonly rounds: readonly Round[]
  /** Whether there is an end to what waits for sinks: then reading stops and goes on. */
  readonly spoolRecords: number | undefined
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What may be in the way of a request to the log. */
const disturbances: readonly string[] = [
  ...[
    'server-error',
    'unavailable',
    'bad-gateway',
    'rate-limited=seconds:30',
    'concurrency-limited',
  ],
  ...['truncated-json', 'body-cut', 'html-200', 'json-with-bom', 'socket-reset', 'redirect'],
  ...['duplicate-page', 'link-joined', 'link-with-commas', 'link-missing-next', 'looping-link'],
  ...['foreign-link', 'empty-page-with-next', 'log-pages-short=rows:3', 'cursor-refused'],
  ...['page-too-big=limit:500', 'rate-headers-missing', 'tokens-revoked'],
]

/** How large a schedule may be. */
export interface ScheduleSize {
  readonly rounds: number
  /** Events of one happening; above 1,000 there is more than one page. */
  readonly events: number
}

/** Any schedule. */
export function anySchedule({ rounds, events }: ScheduleSize): fc.Arbitrary<Schedule> {
  const count = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 2, arbitrary: fc.integer({ min: 990, max: events }) },
  )
  const happening = fc.record({
    count,
    agoMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * HOUR_MS })),
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * HOUR_MS })),
  })
  const disturbance = fc.record({
    request: fc.integer({ min: 1, max: 6 }),
    fault: fc.constantFrom(...disturbances),
    requests: fc.integer({ min: 1, max: 3 }),
  })
  const fate = fc.record({
    kind: fc.constantFrom('dies' as const, 'dies' as const, 'pauses' as const),
    step: fc.constantFrom(...deadlySteps),
    nth: fc.integer({ min: 1, max: 8 }),
  })
  const round = fc.record({
    happenings: fc.array(happening, { maxLength: 3 }),
    disturbances: fc.array(disturbance, { maxLength: 3 }),
    reactions: fc.array(
      fc.constantFrom(...(['keep', 'keep-and-cut', 'cut', 'refuse', 'busy', 'html'] as const)),
      { maxLength: 4 },
    ),
    fate: fc.option(fate, { nil: undefined, freq: 4 }),
    skewMs: fc.constantFrom(0, 0, DAY_MS, -DAY_MS, 600_000, -600_000),
    advanceMs: fc.oneof(
      fc.integer({ min: 0, max: 60_000 }),
      fc.integer({ min: 0, max: 8 * HOUR_MS }),
    ),
  })
  return fc.record({
    rounds: fc.array(round, { minLength: 1, maxLength: rounds }),
    spoolRecords: fc.option(fc.constantFrom(1, 500, 1_500), { nil: undefined, freq: 3 }),
  })
}

/** Schedules that once found something. */
export const foundSchedules: readonly Schedule[] = [
  // The store went away while the spool was full: who reads waited for ever, and nobody else could run the feed.
  {
    spoolRecords: 500,
    rounds: [
      {
        happenings: [{ count: 2_500, agoMs: 0, lateMs: 0 }],
        disturbances: [],
        reactions: [],
        fate: { kind: 'dies', step: 'mid-sink', nth: 2 },
        skewMs: 0,
        advanceMs: 0,
      },
    ],
  },
]
