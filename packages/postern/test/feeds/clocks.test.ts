/** @module The clock of this machine is wrong, jumps while the program runs, or is set by the law: what is signed, what is due, what is read. */

import { afterEach, describe, expect, inject, test } from 'vitest'
import { casesOf, PROOF_TIMEOUT_MS, proofSeed, tellProof } from '../../../../test/proof.ts'
import { randomOf } from '../../../../test/random.ts'
import { stores } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { nextRun } from '../../src/feeds/next-run.ts'
import { parseCron } from '../../src/jobs/cron.ts'
import { countWrong, flawless } from './checker.ts'
import { playClockedFeed } from './clocked-feed.ts'
import { playDueRuns, ROOT_ZONES } from './clocked-schedule.ts'
import { playSignIns } from './clocked-sign-in.ts'
import { jsonlSink, webhookSink } from './held.ts'
import { type MovedDate, moveDate } from './moved-date.ts'
import { startReceiver } from './receiver.ts'
import { changesOf, reckonFires } from './reckoned-fires.ts'

const HOUR_MS = 3_600_000

let moved: MovedDate | undefined
afterEach(() => {
  moved?.restore()
  moved = undefined
})

test('a clock that is off or jumps by up to a day is signed past, and one that cannot be is named with the difference', {
  timeout: PROOF_TIMEOUT_MS,
}, async () => {
  const random = randomOf(proofSeed)
  const cases = casesOf(3, 0.35)
  for (let number = 0; number < cases; number++) {
    const { seen, wrong, wrongs } = await playSignIns(random)
    tellProof('signing in', { cases: 1, seen, wrong })
    expect([number, wrongs]).toEqual([number, []])
  }
})

// Months alone are long ago, and each hour or some of a day are what clocks that are set touch.
const expressions = [
  ...['*/5 * * * *', '0 * * * *', '*/20 1-3 * * *', '30 2 * * *', '30 0,1,2,3 * * *'],
  ...['15 */2 * * *', '59 23 * * *', '0 0 * * 0', '45 1 28-31 3,10,11 *', '0-59/7 2 * * *'],
]

test('a schedule has each of its fires once over every change of the clocks, as a clock on the wall would have it', {
  timeout: PROOF_TIMEOUT_MS,
}, () => {
  const cases = casesOf(2, 0.2)
  for (let number = 0; number < cases; number++) {
    const timezone = ROOT_ZONES[(number + proofSeed) % ROOT_ZONES.length] ?? 'UTC'
    const changes = changesOf(timezone, new Date('2026-01-01'), new Date('2028-01-01'))
    let fires = 0
    let differing = 0
    for (const change of changes) {
      const from = new Date(change.getTime() - 8 * HOUR_MS)
      const to = new Date(change.getTime() + 8 * HOUR_MS)
      for (const expression of expressions) {
        const cron = parseCron(expression, timezone)
        const reckoned = reckonFires(cron, from, to)
        const dues: Date[] = []
        for (let now = from, last: Date | undefined; ; ) {
          last = nextRun(cron, { feedId: 'one', feeds: 1, now, last })
          if (last > to) break
          dues.push(last)
          now = new Date(last.getTime() + 400)
        }
        fires += reckoned.length
        if (JSON.stringify(dues) !== JSON.stringify(reckoned)) differing++
        expect([timezone, expression, dues]).toEqual([timezone, expression, reckoned])
      }
    }
    const seen = { 'clocks set': changes.length, fires }
    tellProof('schedules over changes of the clocks', {
      cases: 1,
      seen,
      wrong: { 'other fires': differing },
    })
  }
})

describe.each(stores)('on $name', ({ name, open }) => {
  test('runs are due by the one clock of the store, each once, whatever this machine’s is set to', {
    timeout: PROOF_TIMEOUT_MS,
  }, async () => {
    const random = randomOf(proofSeed)
    const cases = casesOf(1, name === 'PGlite' ? 0.2 : 0.05)
    for (let number = 0; number < cases; number++) {
      const kept = await open()
      moved = moveDate()
      try {
        const { seen, wrongs } = await playDueRuns(kept.store, moved, random)
        const wrong = { 'run twice or not at all': wrongs.length }
        tellProof(`${name}: runs that are due`, { cases: 1, seen, wrong })
        expect([number, wrongs]).toEqual([number, []])
      } finally {
        moved.restore()
        await kept.close()
      }
    }
  })

  test('a feed loses nothing while the clock jumps under it, also where it dies', {
    timeout: PROOF_TIMEOUT_MS,
  }, async () => {
    const random = randomOf(proofSeed)
    const kept = await open()
    const receiver = await startReceiver()
    const seal = await openTestSeal(kept.store)
    try {
      for (let number = 0; number < casesOf(1, 0.1); number++) {
        moved = moveDate()
        const sinks = [
          await jsonlSink(inject('runFolder'), `files-${number}`),
          webhookSink(receiver, `hook-${number}`),
        ]
        const scene = { store: kept.store, seal, sinks, number }
        const { seen, verdicts, wrongs } = await playClockedFeed(scene, moved, random)
        const wrong = { ...countWrong(verdicts), 'other faults': wrongs.length }
        tellProof(`${name}: feeds`, { cases: 1, seen, wrong })
        moved.restore()
        expect([number, wrongs]).toEqual([number, []])
        expect(verdicts).toEqual(verdicts.map(() => flawless))
      }
    } finally {
      moved?.restore()
      await receiver.close()
      await kept.close()
    }
  })
})
