/** @module How each kind of sink can be ill, and schedules in which one of a feed's sinks is. */

import fc from 'fast-check'
import type { Ailment } from './held.ts'
import { wayIllnesses } from './ill-way.ts'
import type { Round, Schedule, ScheduleSize } from './schedules.ts'
import { deadlySteps } from './steps.ts'

/** The kinds of sinks that can be made ill. */
export type AilingKind =
  | 'files'
  | 'tables'
  | 'objects'
  | 'webhook'
  | 'splunk'
  | 'elasticsearch'
  | 'store'

/** A schedule with a sink that is ill now and then, beside one that is well. */
export interface AilingSchedule extends Schedule {
  readonly well: AilingKind | undefined
  /** Whether files begin anew each day. */
  readonly rotateDaily: boolean
}

const HOUR_MS = 3_600_000

const overHttp = [...wayIllnesses, 'unknown-host', 'status', 'status'] as const

/** What each kind can suffer from. A database that hangs is waited for longer than these proofs last. */
const illnesses: Readonly<Record<AilingKind, readonly Ailment['kind'][]>> = {
  files: ['away', 'in-the-way', 'full'],
  tables: ['down', 'reset', 'cut-request', 'cut-answer', 'trickle', 'full'],
  objects: overHttp,
  webhook: overHttp,
  splunk: overHttp,
  elasticsearch: [...overHttp, 'busy-for-some', 'busy-for-some', 'refuses-some', 'refuses-some'],
  store: ['gone', 'full', 'gives-way'],
}

const statuses = [400, 401, 403, 404, 408, 413, 429, 500, 503, 507]

const wells: readonly AilingKind[] = ['files', 'tables', 'store']

const once = {
  ...{ disturbances: [], reactions: [], skewMs: 0, advanceMs: 0 },
  happenings: [{ count: 20, agoMs: 0, lateMs: 0 }],
} as const

/** Any schedule in which a sink of that kind is ill. */
export function anyAiling(
  kind: AilingKind,
  { rounds, events }: ScheduleSize,
): fc.Arbitrary<AilingSchedule> {
  const ailment: fc.Arbitrary<Ailment> = fc.record({
    kind: fc.constantFrom(...illnesses[kind]),
    // Now and then all that are made in a round.
    connections: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(40)),
    bytes: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 200_000 })),
    status: fc.constantFrom(...statuses),
  })
  const happening = fc.record({
    count: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 60 }) },
      { weight: 3, arbitrary: fc.integer({ min: 990, max: events }) },
    ),
    agoMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * HOUR_MS })),
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * HOUR_MS })),
  })
  const fate = fc
    .record({
      kind: fc.constantFrom('dies' as const, 'pauses' as const),
      step: fc.constantFrom(...deadlySteps),
      nth: fc.integer({ min: 1, max: 8 }),
    })
    // A sink may be written to in a transaction of the store: a pause in one is one of everybody.
    .filter((end) => end.kind === 'dies' || end.step.endsWith('-get'))
  const round: fc.Arbitrary<Round> = fc.record({
    happenings: fc.array(happening, { minLength: 1, maxLength: 2 }),
    disturbances: fc.constant([]),
    reactions: fc.constant([]),
    ailments: fc.array(ailment, { minLength: 1, maxLength: 3 }),
    fate: fc.option(fate, { nil: undefined, freq: 6 }),
    skewMs: fc.constant(0),
    advanceMs: fc.oneof(
      fc.integer({ min: 0, max: 60_000 }),
      fc.integer({ min: HOUR_MS, max: 48 * HOUR_MS }),
    ),
  })
  return fc.record({
    rounds: fc.array(round, { minLength: 1, maxLength: rounds }),
    spoolRecords: fc.option(fc.constantFrom(1, 500, 1_500), { nil: undefined, freq: 2 }),
    well: fc.option(fc.constantFrom(...wells.filter((well) => well !== kind)), { nil: undefined }),
    rotateDaily: fc.boolean(),
  })
}

/** Schedules that once found something, by the kind of sink that is ill in them. */
export const foundAilments: Readonly<Partial<Record<AilingKind, readonly AilingSchedule[]>>> = {
  files: [
    // The next file was begun where the disk should have been mounted, and was hidden once it was.
    {
      ...{ spoolRecords: undefined, well: undefined, rotateDaily: true },
      rounds: [
        { ...once, ailments: [], advanceMs: 30 * HOUR_MS },
        { ...once, ailments: [{ kind: 'away', connections: 1, bytes: 0, status: 500 }] },
        { ...once, ailments: [] },
      ],
    },
  ],
}
