import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isReplay, PROOF_TIMEOUT_MS, parametersOf, tellProof } from '../../../../test/proof.ts'
import { stores } from '../../../../test/stores.ts'
import { countWrong, flawless } from './checker.ts'
import { openKillScene } from './kill-scene.ts'
import { anyRace, type Race, runRace } from './race.ts'

const MOST_WORKERS = 5

const page = { events: 1_100, later: 40 }
const examples: [Race][] = [
  [{ workers: 3, ...page }],
  [{ workers: 2, stop: { step: 'before-sink', nth: 2 }, ...page }],
  [{ workers: 3, stop: { step: 'mid-sink', nth: 3 }, ...page }],
]

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')

describe.each(postgres)('workers that race for one feed on $name', ({ open }) => {
  test('lose nothing and repeat nothing, and one that wakes after its lease changes nothing (G2 G4)', {
    timeout: PROOF_TIMEOUT_MS,
  }, async () => {
    const scene = await openKillScene(open, 0)
    const racers = Array.from({ length: MOST_WORKERS }, () => scene.processes.take())
    onTestFinished(() => {
      for (const racer of racers) racer.kill()
    })
    const stage = { ...scene, racers }
    let fenced = 0
    await fc.assert(
      fc.asyncProperty(anyRace, async (race) => {
        const { verdicts, events, isStopped, isFenced } = await runRace(stage, race)
        fenced += Number(isFenced)
        const seen = { events, stopped: Number(isStopped), 'woke to another': Number(isFenced) }
        tellProof(`${race.workers} workers`, { cases: 1, seen, wrong: countWrong(verdicts) })
        for (const verdict of verdicts) expect(verdict).toEqual(flawless)
      }),
      { ...parametersOf(4), examples },
    )
    // Otherwise nothing was shown.
    expect(isReplay || fenced > 0).toBe(true)
  })
})
