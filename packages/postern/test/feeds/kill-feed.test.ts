import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { startOrg } from '@postern/emulator'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openSeal } from '../../src/store/seal.ts'
import { flawless } from './checker.ts'
import { FeedProcesses, killFeeds } from './kill-feed.ts'
import { openProvenSinks } from './proven-sinks.ts'
import { addConnection, addFeed, openWorker } from './scene.ts'

// More of them, and others: POSTERN_KILL_RUNS=500 POSTERN_KILL_SEED=7 npm test -- kill-feed
const {
  POSTERN_KILL_RUNS: wanted,
  POSTERN_KILL_SEED: seed = '1',
  POSTERN_KILL_LOG: log,
} = process.env
const runsOf = { PGlite: 20, PostgreSQL: 30 } as const

describe.each(stores)(
  'a feed whose processes are killed with -9 at any step, on $name',
  ({ name, open }) => {
    test('loses nothing, and has nothing twice in files, tables and object storage', {
      timeout: 7_200_000,
    }, async () => {
      const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
      onTestFinished(running.close)
      const kept = await open()
      onTestFinished(() => kept.close())
      const { dataDir, database } = kept.place
      const keyFile = path.join(dataDir, 'master-key')
      await makeMasterKeyFile(keyFile)
      const seal = await openSeal(kept.store, { source: masterKeyFromFile(keyFile) })
      const director = openWorker({ store: kept.store, seal })
      await addConnection(director, running)
      const { sinks, close } = await openProvenSinks()
      onTestFinished(close)
      const victims = []
      for (const sink of sinks) {
        victims.push({
          sink,
          feed: await addFeed(director, { name: `log-${sink.name}`, sinks: [sink] }),
        })
      }
      await director.connections.close()
      await kept.store.close()
      const cache = await mkdtemp(path.join(inject('runFolder'), 'compiled-'))
      const processes = new FeedProcesses({ ahead: 1, cache })
      onTestFinished(() => processes.close())
      const { runs, verdicts, events } = await killFeeds({
        running,
        processes,
        task: { dataDir, keyFile, ...(database !== undefined && { database: database.reveal() }) },
        victims,
        runs: wanted === undefined ? runsOf[name] : Number(wanted),
        seed: Number(seed),
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
