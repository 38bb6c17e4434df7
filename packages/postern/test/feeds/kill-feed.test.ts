import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { flawless } from './checker.ts'
import { killFeeds } from './kill-feed.ts'
import { openKillScene } from './kill-scene.ts'
import { addFeed } from './scene.ts'

// More of them, and others: POSTERN_KILL_RUNS=500 POSTERN_KILL_SEED=7 npm test -- kill-feed
const {
  POSTERN_KILL_RUNS: wanted,
  POSTERN_KILL_SEED: seed = '1',
  POSTERN_KILL_LOG: log,
} = process.env
// Two and three steps of each sink; every step of each is what the nightly proof is for.
const runsOf = { PGlite: 20, PostgreSQL: 30 } as const

describe.each(stores)(
  'a feed whose processes are killed with -9 at any step, on $name',
  ({ name, open }) => {
    test('loses nothing, and has nothing twice in files, tables and object storage', {
      timeout: 7_200_000,
    }, async () => {
      const { running, kept, director, sinks, processes, task } = await openKillScene(open, 1)
      const victims = []
      for (const sink of sinks) {
        const feed = await addFeed(director, { name: `log-${sink.name}`, sinks: [sink] })
        victims.push({ sink, feed })
      }
      await kept.store.close()
      const { runs, verdicts, events } = await killFeeds({
        ...{ running, processes, task, victims, seed: Number(seed) },
        runs: wanted === undefined ? runsOf[name] : Number(wanted),
      })
      await kept.reopen()
      if (log !== undefined)
        writeFileSync(`${log}.${name}`, JSON.stringify({ runs, verdicts, events }, undefined, 1))
      for (const { sink } of victims) {
        const verdict = verdicts[sink.name]
        expect([sink.name, sink.mayRepeat ? { ...verdict, duplicates: [] } : verdict]).toEqual([
          sink.name,
          flawless,
        ])
      }
      // Otherwise nothing was shown.
      expect(runs.filter(({ killed }) => killed).length).toBeGreaterThan(runs.length / 2)
    })
  },
)
