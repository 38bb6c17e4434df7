/** @module A place in the log that Okta refuses, at any page, across deaths and for its age: nothing is lost, nothing comes twice. */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { casesOf, PROOF_TIMEOUT_MS, parametersOf, tellProof } from '../../../../test/proof.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { countWrong, flawless } from './checker.ts'
import { anyLostHistory, playLostHistory } from './lost-history.ts'
import { openStage, play, type Stage } from './play.ts'
import { startReceiver, type WebhookReceiver } from './receiver.ts'
import { anyLostCursors, foundLostCursors, type Schedule } from './schedules.ts'
import { watchSinks } from './steps.ts'

const examples = foundLostCursors.map((found): [Schedule] => [found])

let receiver: WebhookReceiver
beforeAll(async () => {
  await watchSinks()
  receiver = await startReceiver()
})
afterAll(() => receiver.close())

// One store where few cases are played.
describe.each(casesOf(1) > 1 ? stores : stores.slice(0, 1))(
  'a feed of the System Log on $name',
  ({ name, open }) => {
    let kept: TestStore
    let stage: Stage
    beforeAll(async () => {
      kept = await open()
      stage = await openStage(kept.store, { receiver, folder: inject('runFolder') })
    })
    afterAll(() => kept.close())

    test('goes on by time where its cursor is refused, has everything and nothing twice', {
      timeout: PROOF_TIMEOUT_MS,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(anyLostCursors({ rounds: 5, events: 2_300 }), async (schedule) => {
          const { rounds } = schedule
          const happenings = rounds.flatMap((round) => round.happenings)
          const seen = {
            events: happenings.reduce((sum, { count }) => sum + count, 0),
            refusals: rounds.reduce((sum, { disturbances }) => sum + disturbances.length, 0),
          }
          const verdicts = Object.values(await play(stage, schedule))
          tellProof(`${name}, within 90 days`, { cases: 1, seen, wrong: countWrong(verdicts) })
          for (const verdict of verdicts) expect(verdict).toEqual(flawless)
        }),
        { ...parametersOf(1 + examples.length, 0.7 / 2), examples, timeout: 60_000 },
      )
    })

    test('names what is older than Okta keeps it, and has all the rest once', {
      timeout: PROOF_TIMEOUT_MS,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(anyLostHistory(), async (history) => {
          const { verdicts, expired, unnamed } = await playLostHistory(stage, history)
          const wrong = { ...countWrong(verdicts), unnamed }
          tellProof(`${name}, beyond 90 days`, { cases: 1, seen: { expired }, wrong })
          for (const verdict of verdicts) expect(verdict).toEqual(flawless)
          expect(unnamed).toBe(0)
        }),
        { ...parametersOf(1, 0.3 / 2), timeout: 60_000 },
      )
    })
  },
)
