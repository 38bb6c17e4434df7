/** @module Schedules of the proof: what happens in the org, what is in the way, and how each process ends. */

import fc from 'fast-check'
import type { Ailment } from './held.ts'
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
  /** What the first of the sinks suffers from. */
  readonly ailments?: readonly Ailment[]
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
  /** After how many days the org refuses a cursor; absent: never. */
  readonly cursorDays?: number
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

/** Any schedule in which cursors are refused, or are too old, and nothing else is in the way. */
export function anyLostCursors(size: ScheduleSize): fc.Arbitrary<Schedule> {
  const many = fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 990, max: size.events }) },
  )
  // To an org that refuses places of a certain age no second page of what is older leads.
  const few = fc.integer({ min: 0, max: 40 })
  return fc.oneof(
    lostCursors(size.rounds, { count: many, cursorDays: fc.constant(0) }),
    lostCursors(size.rounds, { count: few, cursorDays: fc.constantFrom(0.25, 1, 30) }),
  )
}

function lostCursors(
  rounds: number,
  of: { readonly count: fc.Arbitrary<number>; readonly cursorDays: fc.Arbitrary<number> },
): fc.Arbitrary<Schedule> {
  const happening = fc.record({
    count: of.count,
    agoMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: DAY_MS })),
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 * DAY_MS })),
  })
  const refusal = fc.record({
    request: fc.integer({ min: 1, max: 6 }),
    fault: fc.constant('cursor-refused'),
    requests: fc.integer({ min: 1, max: 3 }),
  })
  const fate = fc.record({
    kind: fc.constantFrom('dies' as const, 'pauses' as const),
    step: fc.constantFrom(...deadlySteps),
    nth: fc.integer({ min: 1, max: 8 }),
  })
  const usual = {
    happenings: fc.array(happening, { maxLength: 3 }),
    reactions: fc.constant([]),
    skewMs: fc.constant(0),
  }
  const troubled = fc.record({
    ...usual,
    disturbances: fc.array(refusal, { maxLength: 3 }),
    fate: fc.option(fate, { nil: undefined, freq: 2 }),
    advanceMs: fc.oneof(
      fc.integer({ min: 0, max: 20 * 60_000 }),
      fc.integer({ min: 0, max: DAY_MS }),
    ),
  })
  // So long after a run that the beginning that a link was given with is refused for its age; and yet Okta keeps what is late.
  const quiet = fc.record({
    ...usual,
    disturbances: fc.constant([]),
    advanceMs: fc.integer({ min: DAY_MS, max: 70 * DAY_MS }),
  })
  const round: fc.Arbitrary<Round> = fc.oneof(
    { weight: 3, arbitrary: troubled },
    { weight: 1, arbitrary: quiet },
  )
  return fc.record({
    rounds: fc.array(round, { minLength: 2, maxLength: rounds }),
    spoolRecords: fc.option(fc.constantFrom(1, 500, 1_500), { nil: undefined, freq: 1 }),
    cursorDays: of.cursorDays,
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

const quiet = { disturbances: [], reactions: [], skewMs: 0 } as const

/** Of those with lost cursors. */
export const foundLostCursors: readonly Schedule[] = [
  // What came late had the log read again from before the days that the ledger remembers: all of it came twice.
  {
    spoolRecords: undefined,
    cursorDays: 0,
    rounds: [
      {
        ...{ ...quiet, advanceMs: 60_000 },
        happenings: [
          { count: 20, agoMs: 0, lateMs: 0 },
          { count: 5, agoMs: 0, lateMs: 5 * DAY_MS },
        ],
      },
      { ...{ ...quiet, advanceMs: 30 * DAY_MS }, happenings: [] },
      { ...{ ...quiet, advanceMs: 60_000 }, happenings: [{ count: 9, agoMs: 0, lateMs: 0 }] },
      {
        ...{ ...quiet, advanceMs: 0, happenings: [] },
        disturbances: [{ request: 1, fault: 'cursor-refused', requests: 1 }],
      },
    ],
  },
  // A place that is refused for its age has another answer than one of another org, and nobody went on from there.
  {
    spoolRecords: undefined,
    cursorDays: 1,
    rounds: [
      { ...{ ...quiet, advanceMs: 3 * DAY_MS }, happenings: [{ count: 9, agoMs: 0, lateMs: 0 }] },
      { ...{ ...quiet, advanceMs: 0 }, happenings: [{ count: 9, agoMs: 0, lateMs: 0 }] },
    ],
  },
]
