import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { flawless } from './checker.ts'
import { jsonlSink, webhookSink } from './held.ts'
import { play, type Stage } from './play.ts'
import { startReceiver, type WebhookReceiver } from './receiver.ts'
import { anySchedule, foundSchedules, type Schedule } from './schedules.ts'
import { watchSinks } from './steps.ts'

// A failure prints its seed and path: POSTERN_PROOF_SEED=… POSTERN_PROOF_PATH=… npm test -- lossless plays it again.
const { POSTERN_PROOF_SEED, POSTERN_PROOF_PATH, POSTERN_PROOF_RUNS } = process.env
const parameters = {
  examples:
    POSTERN_PROOF_PATH === undefined ? foundSchedules.map((found): [Schedule] => [found]) : [],
  ...(POSTERN_PROOF_SEED !== undefined && { seed: Number(POSTERN_PROOF_SEED) }),
  ...(POSTERN_PROOF_PATH !== undefined && { path: POSTERN_PROOF_PATH }),
  endOnFailure: true,
}
const runsOf = { PGlite: 8, PostgreSQL: 4 } as const

let receiver: WebhookReceiver
beforeAll(async () => {
  await watchSinks()
  receiver = await startReceiver()
})
afterAll(() => receiver.close())

describe.each(stores)('a feed of the System Log on $name', ({ name, open }) => {
  let kept: TestStore
  let stage: Stage
  beforeAll(async () => {
    kept = await open()
    stage = {
      store: kept.store,
      seal: await openTestSeal(kept.store),
      receiver,
      openSinks: async (number) => [
        await jsonlSink(inject('runFolder'), `files-${number}`),
        webhookSink(receiver, `hook-${number}`),
      ],
    }
  })
  afterAll(() => kept.close())

  test('has every event in every sink in the end, whatever failed, died or woke late (L1-L5, L7, L8, L12)', {
    timeout: 600_000,
  }, async () => {
    const numRuns = Number(POSTERN_PROOF_RUNS ?? runsOf[name])
    const schedules = anySchedule({ rounds: 4, events: 2_300 })
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        for (const verdict of Object.values(await play(stage, schedule))) {
          expect(verdict).toEqual(flawless)
        }
      }),
      { ...parameters, numRuns, timeout: 30_000 },
    )
  })
})
