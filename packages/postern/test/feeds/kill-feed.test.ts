import { describe, expect, test } from 'vitest'
import { casesOf, PROOF_TIMEOUT_MS, proofSeed, tellProof } from '../../../../test/proof.ts'
import { stores } from '../../../../test/stores.ts'
import { countWrong, flawless } from './checker.ts'
import { killFeeds } from './kill-feed.ts'
import { openKillScene } from './kill-scene.ts'
import { addFeed } from './scene.ts'

// Two or three steps of each sink; every step of each with `npm run prove`.
const runsOf = { PGlite: 10, PostgreSQL: 18 } as const

describe.each(stores)(
  'a feed whose processes are killed with -9 at any step, on $name',
  ({ name, open }) => {
    test('loses nothing, and has nothing twice in files, tables and object storage', {
      timeout: PROOF_TIMEOUT_MS,
    }, async () => {
      const { running, kept, director, sinks, processes, task } = await openKillScene(open, 1)
      const victims = []
      for (const sink of sinks) {
        const feed = await addFeed(director, { name: `log-${sink.name}`, sinks: [sink] })
        victims.push({ sink, feed })
      }
      await kept.store.close()
      const { runs, verdicts, events } = await killFeeds({
        ...{ running, processes, task, victims, seed: proofSeed },
        runs: casesOf(runsOf[name], 0.5),
      })
      await kept.reopen()
      for (const { sink } of victims) {
        const own = runs.filter((run) => run.sink === sink.name)
        const killed = own.filter((run) => run.killed).length
        const full = verdicts[sink.name]
        if (full === undefined) throw new Error(`Nothing was said of ${sink.name}.`)
        const repeats = sink.mayRepeat ? full.duplicates.length : 0
        const verdict = sink.mayRepeat ? { ...full, duplicates: [] } : full
        const seen = { killed, events, repeats }
        const wrong = countWrong([verdict])
        tellProof(`${name}, ${sink.name}`, { cases: own.length, seen, wrong })
        expect([sink.name, verdict]).toEqual([sink.name, flawless])
      }
      // Otherwise nothing was shown.
      expect(runs.filter(({ killed }) => killed).length).toBeGreaterThan(runs.length / 2)
    })
  },
)
