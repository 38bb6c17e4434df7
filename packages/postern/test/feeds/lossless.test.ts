import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { PROOF_TIMEOUT_MS, parametersOf, tellProof } from '../../../../test/proof.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { countWrong, flawless } from './checker.ts'
import { openStage, play, type Stage } from './play.ts'
import { startReceiver, type WebhookReceiver } from './receiver.ts'
import { anySchedule, foundSchedules, type Schedule } from './schedules.ts'
import { watchSinks } from './steps.ts'

const examples = foundSchedules.map((found): [Schedule] => [found])
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
    stage = await openStage(kept.store, { receiver, folder: inject('runFolder') })
  })
  afterAll(() => kept.close())

  test('has every event in every sink in the end, whatever failed, died or woke late (L1-L5, L7, L8, L12)', {
    timeout: PROOF_TIMEOUT_MS,
  }, async () => {
    const parameters = { ...parametersOf(runsOf[name], 0.5), examples, timeout: 30_000 }
    const schedules = anySchedule({ rounds: 4, events: 2_300 })
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const events = schedule.rounds.flatMap(({ happenings }) => happenings)
        const seen = { events: events.reduce((sum, { count }) => sum + count, 0) }
        const verdicts = Object.values(await play(stage, schedule))
        const wrong = countWrong(verdicts)
        tellProof(`${name}, files and webhook`, { cases: 1, seen, wrong })
        for (const verdict of verdicts) expect(verdict).toEqual(flawless)
      }),
      parameters,
    )
  })
})
