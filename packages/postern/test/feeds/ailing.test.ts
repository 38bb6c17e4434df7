/** @module Whatever a sink suffers from, its feed loses nothing, goes on by itself, and keeps no other sink waiting. */

import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { casesOf, PROOF_TIMEOUT_MS, parametersOf, tellProof } from '../../../../test/proof.ts'
import { hasOwnDisks, runOnOwnDisk } from '../../../../test/small-disk.ts'
import { sourceFlags } from '../../../../test/source-program.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { OtherSides } from './ailing-sinks.ts'
import { type AilingKind, type AilingSchedule, anyAiling, foundAilments } from './ailments.ts'
import { countWrong, flawless } from './checker.ts'
import { anyLoss, playLoss } from './lossy-sink.ts'
import { play } from './play.ts'
import { watchSinks } from './steps.ts'
import { playStuckSink, type StuckSink } from './stuck-sink.ts'

const kinds: readonly AilingKind[] = [
  ...(['files', 'tables', 'objects', 'webhook', 'splunk', 'elasticsearch', 'store'] as const),
]

// Of all cases, for each kind of sink and store. Four are of memory.
const PART = { ailing: 0.72 / 14, loss: 0.21 / 14, disk: 0.05 } as const
const isWhole = casesOf(1) > 1
// A few pages: the two that were read last, and those that are on their way.
const MAX_GROWTH_BYTES = 24 * 2 ** 20

const examplesOf = (kind: AilingKind) =>
  (foundAilments[kind] ?? []).map((found): [AilingSchedule] => [found])

beforeAll(watchSinks)

describe.each(isWhole ? stores : stores.slice(0, 1))(
  'a feed with a sink that falls ill, on $name',
  ({ name, open }) => {
    let kept: TestStore
    let seal: Seal
    let others: OtherSides
    beforeAll(async () => {
      kept = await open()
      seal = await openTestSeal(kept.store)
      others = await OtherSides.open(inject('runFolder'), kept.store)
    })
    afterAll(async () => {
      await others.close()
      await kept.close()
    })

    test.each(kinds)(
      'loses nothing and goes on by itself: %s',
      {
        timeout: PROOF_TIMEOUT_MS,
      },
      async (kind) => {
        const { store } = kept
        const { outbound, receiver } = others
        const examples = examplesOf(kind)
        const playOne = ({ well, rotateDaily, ...schedule }: AilingSchedule) => {
          const openSinks = async (number: number) => [
            await others.openSink(kind, { number, isIll: true, rotateDaily }),
            ...(well === undefined ? [] : [await others.openSink(well, { number, isIll: false })]),
          ]
          return play({ store, seal, receiver, outbound, openSinks }, schedule)
        }
        await fc.assert(
          fc.asyncProperty(anyAiling(kind, { rounds: 4, events: 2_300 }), async (schedule) => {
            const happenings = schedule.rounds.flatMap((round) => round.happenings)
            const ailments = schedule.rounds.flatMap((round) => round.ailments ?? []).length
            const seen = { events: happenings.reduce((sum, { count }) => sum + count, 0), ailments }
            const verdicts = Object.values(await playOne(schedule))
            tellProof(`${name}, ${kind}`, { cases: 1, seen, wrong: countWrong(verdicts) })
            for (const verdict of verdicts) expect(verdict).toEqual(flawless)
          }),
          { ...parametersOf(1 + examples.length, PART.ailing), examples, timeout: 60_000 },
        )
      },
    )

    test.each(kinds)(
      'brings back what a sink lost that it had confirmed: %s',
      {
        timeout: PROOF_TIMEOUT_MS,
      },
      async (kind) => {
        const { outbound, receiver } = others
        const openSinks = async (number: number) => [
          await others.openSink(kind, { number, isIll: false }),
        ]
        const lossStage = { store: kept.store, seal, receiver, outbound, openSinks }
        await fc.assert(
          fc.asyncProperty(anyLoss(), async (loss) => {
            const { lost, noticed, verdict } = await playLoss(lossStage, kind, loss)
            tellProof(`${name}, ${kind}, lost what it confirmed`, {
              ...{ cases: 1, seen: { 'lost, brought back': lost }, wrong: countWrong([verdict]) },
            })
            expect(lost).toBeGreaterThan(0)
            // A file says so by its length; of the others nobody would ask for every record again.
            expect(noticed).toBe(kind === 'files' ? 'sink_damaged' : undefined)
            expect(verdict).toEqual(flawless)
          }),
          { ...parametersOf(1, PART.loss), timeout: 60_000 },
        )
      },
    )
  },
)

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')

describe.each(postgres)('a process whose sink is stuck, on $name', ({ open }) => {
  const stuck: readonly StuckSink[] = [
    { reaction: 'forbid', pages: isWhole ? 60 : 16 },
    ...(isWhole
      ? ([
          { reaction: 'cut', pages: 40, spoolRecords: 5_000 },
          { reaction: 'busy', pages: 40, spoolRecords: 20_000 },
          { reaction: 'keep-and-cut', pages: 40 },
        ] as const)
      : []),
  ]

  test.each(stuck)(
    'needs no more memory for what waits: $reaction, $pages pages',
    {
      timeout: PROOF_TIMEOUT_MS,
    },
    async (plan) => {
      const { verdicts, mostWaiting, grewBytes, events, eventBytes } = await playStuckSink(
        open,
        plan,
      )
      const { reaction, pages, spoolRecords } = plan
      const limit = spoolRecords === undefined ? events : spoolRecords + 1_000
      const beyond = { 'beyond the limit': Math.max(0, mostWaiting - limit) }
      const seen = { events, eventBytes, grewBytes, mostWaiting }
      const wrong = { ...countWrong(verdicts), ...beyond }
      tellProof(`memory, ${pages} pages, ${reaction}`, { cases: 1, seen, wrong })
      expect(wrong).toEqual({ ...countWrong([]), 'beyond the limit': 0 })
      expect(mostWaiting).toBeGreaterThan(0)
      // Less than what went through, and as much whether that is 40 pages or 60.
      expect(grewBytes).toBeLessThan(MAX_GROWTH_BYTES)
      expect(eventBytes).toBeGreaterThan(MAX_GROWTH_BYTES)
    },
  )
})

describe.runIf(hasOwnDisks)('feeds whose files are on a disk that is full', () => {
  test('lose nothing, and go on when there is room', { timeout: PROOF_TIMEOUT_MS }, () => {
    const program = fileURLToPath(new URL('full-disk-feed.ts', import.meta.url))
    const cases = casesOf(1, PART.disk)
    const options = { more: [String(cases)], endsWithinMs: 60_000 + cases * 20_000 }
    const told = runOnOwnDisk([...sourceFlags, program], options) as {
      readonly refused: number
      readonly wrong: ReturnType<typeof countWrong>
    }
    tellProof('files on a full disk', { cases, seen: { refused: told.refused }, wrong: told.wrong })
    expect(told).toEqual({ cases, refused: expect.any(Number), wrong: countWrong([]) })
    expect(told.refused).toBeGreaterThan(0)
  })
})
