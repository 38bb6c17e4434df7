/** @module L6: a connection never sends more than its share of a window, and nothing in a bucket between a 429 and its reset. */

import type { Pacer, Permit } from '@postern/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { isReplay, PROOF_TIMEOUT_MS, parametersOf, tellProof } from '../../../../test/proof.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { unhurried } from './pace.ts'
import { type PacedSchedule, type PacedStage, playPaced, readBuckets } from './paced-play.ts'

/** One in which there is a full window and a 429 in any case. */
const plain: PacedSchedule = {
  feeds: ['system-log', 'users'],
  orgLimit: 20,
  latencyMs: 200,
  events: 1_800,
  changes: 12,
  others: [],
  disturbances: [{ request: 4, fault: 'rate-limited=seconds:30,limit:10' }],
}
const parameters = {
  ...parametersOf(6),
  examples: [[plain] as [PacedSchedule]],
}

const schedules: fc.Arbitrary<PacedSchedule> = fc.integer({ min: 8, max: 80 }).chain((orgLimit) => {
  // What others used up is refused with the limit that is this caller's.
  const limit = Math.floor(orgLimit / 2)
  const faults = [
    ...['rate-limited=seconds:30', 'rate-limited=seconds:60'].map((one) => `${one},limit:${limit}`),
    ...['concurrency-limited', 'server-error', 'unavailable', 'socket-reset', 'body-cut'],
    'rate-headers-doubled',
  ]
  return fc.record({
    feeds: fc.subarray(
      ['system-log', 'users', 'groups', 'group-members', 'apps', 'app-assignments'] as const,
      { minLength: 1, maxLength: 3 },
    ),
    orgLimit: fc.constant(orgLimit),
    latencyMs: fc.integer({ min: 0, max: 3_000 }),
    // An org without an event says that the role is missing.
    events: fc.integer({ min: 1, max: 1_200 }),
    changes: fc.integer({ min: 0, max: 14 }),
    others: fc.array(
      fc.record({
        bucket: fc.constantFrom(...readBuckets),
        afterMs: fc.integer({ min: 0, max: 600_000 }),
        count: fc.integer({ min: limit, max: orgLimit }),
      }),
      { maxLength: 3 },
    ),
    disturbances: fc.array(
      fc.record({
        request: fc.integer({ min: 1, max: 40 }),
        fault: fc.constantFrom(...faults),
        requests: fc.integer({ min: 1, max: 4 }),
      }),
      { maxLength: 4 },
    ),
  })
})

let kept: TestStore
let stage: PacedStage
beforeAll(async () => {
  const [embedded] = stores
  if (embedded === undefined) throw new Error('There is no store.')
  kept = await embedded.open()
  stage = {
    store: kept.store,
    seal: await openTestSeal(kept.store),
    folder: inject('runFolder'),
  }
})
afterAll(() => kept.close())

test('Feeds over one connection keep within its share and hold after a 429, whatever is in the way (L6)', {
  timeout: PROOF_TIMEOUT_MS,
}, async () => {
  let full = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      const result = await playPaced(stage, schedule)
      const { verdict } = result
      const wrong = { overspent: verdict.overspent.length, unheld: verdict.unheld.length }
      const seen = { 'full windows': result.full, 'answers of 429': result.refused }
      tellProof('PGlite', { cases: 1, seen, wrong })
      expect(verdict).toEqual(unhurried)
      full += result.full
      refused += result.refused
    }),
    parameters,
  )
  // Otherwise nothing was shown.
  expect(isReplay || Math.min(full, refused) > 0).toBe(true)
})

describe('the proof', () => {
  const broken = (breakPacer: (pacer: Pacer) => void) => playPaced({ ...stage, breakPacer }, plain)

  test('notices a pacer that takes more than its share', async () => {
    const { verdict } = await broken((pacer) => Object.assign(pacer, { share: 1.2 }))
    expect(verdict.overspent).not.toEqual([])
  })

  test('notices a pacer that does not hold after a 429', async () => {
    const { verdict } = await broken((pacer) => {
      const forgetful = ({ waitedMs, release }: Permit): Permit => ({
        waitedMs,
        release: (answer) => release(answer?.status === 429 ? undefined : answer),
      })
      const acquire = pacer.acquire.bind(pacer)
      const acquireAtOnce = pacer.acquireAtOnce.bind(pacer)
      Object.assign(pacer, {
        acquire: async (...asked: Parameters<Pacer['acquire']>) =>
          forgetful(await acquire(...asked)),
        acquireAtOnce: (...asked: Parameters<Pacer['acquireAtOnce']>) => {
          const permit = acquireAtOnce(...asked)
          return permit && forgetful(permit)
        },
      })
    })
    expect(verdict.unheld).not.toEqual([])
  })
})
