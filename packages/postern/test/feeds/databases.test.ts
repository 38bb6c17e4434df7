import path from 'node:path'
import { Secret } from '@postern/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { type DatabaseWay, openDatabaseWay } from '../../../../test/database-way.ts'
import { type StartedPostgres, startPostgres } from '../../../../test/postgres.ts'
import { casesOf, PROOF_TIMEOUT_MS, parametersOf, tellProof } from '../../../../test/proof.ts'
import { newDatabase } from '../../../../test/stores.ts'
import { testKeySource } from '../../../../test/test-seal.ts'
import { masterKeyFileName, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSeal } from '../../src/store/seal.ts'
import { createPlace } from '../cli/run.ts'
import { startPostern } from '../cli/started-postern.ts'
import { countWrong, flawless } from './checker.ts'
import { anyDatabaseFault, anyTrouble, type DatabaseFault } from './database-faults.ts'
import { type DatabaseStage, playFault } from './database-play.ts'
import { FeedWorker } from './feed-worker.ts'
import { jsonlSink, webhookSink } from './held.ts'
import { tablesSink } from './proven-sinks.ts'
import { startReceiver } from './receiver.ts'
import { type ServedStage, serveThrough } from './served-trouble.ts'
import { watchSinks } from './steps.ts'

let postgres: StartedPostgres
beforeAll(async () => {
  await watchSinks()
  postgres = await startPostgres({ isMortal: true })
})
afterAll(() => postgres.stop())

const usual = { waits: false, events: 40 }
const lostAnswer: DatabaseFault = {
  ...{ step: 'before-commit', nth: 3, ...usual },
  trouble: { kind: 'cut', cut: { at: 'commit', point: 'after' } },
}
const crash: DatabaseFault = {
  ...{ step: 'in-transaction', nth: 9, ...usual },
  trouble: { kind: 'restart', deed: 'restart immediate' },
}

/** A page and the cursor behind it are there together, or neither is: whatever the one is written with does not come to its end. */
const halves: readonly DatabaseFault[] = ['insert into spool', 'insert into feed_stream'].map(
  (within) => ({
    // The page was asked for: the next state to be stored is the one behind it.
    ...{ step: 'after-get', nth: 2, ...usual },
    trouble: { kind: 'cut', cut: { at: 'commit', point: 'before', within } },
  }),
)

/** What is on the server that has trouble, its part of all cases, and those that are always played. */
const places = [
  { place: 'the store', part: 0.45, examples: [lostAnswer, crash, ...halves] },
  { place: 'a sink', part: 0.3, examples: [lostAnswer] },
  { place: 'the store and a sink', part: 0.2, examples: [] },
] as const
type Place = (typeof places)[number]['place']

// Only the whole proof waits for time-outs.
const faults = anyDatabaseFault({ isPatient: casesOf(0) > 0 })

describe.each(places)(
  'a feed while PostgreSQL, which has $place, has trouble',
  ({ place, part, examples }) => {
    test('goes on by itself, and has every event in every sink, once (G1 G2 G4 G5)', {
      timeout: PROOF_TIMEOUT_MS,
    }, async () => {
      const stage = await openStage(place)
      await fc.assert(
        fc.asyncProperty(faults, async (fault) => {
          const { verdicts, events, isMet, runs } = await playFault(stage, fault)
          const wrong = countWrong(verdicts)
          const seen = { events, runs, 'in a run': Number(isMet) }
          tellProof(`${place}: ${nameOf(fault)}`, { cases: 1, seen, wrong })
          for (const verdict of verdicts) expect(verdict).toEqual(flawless)
        }),
        {
          ...parametersOf(Math.max(1, examples.length), part),
          examples: examples.map((fault): [DatabaseFault] => [fault]),
        },
      )
    })
  },
)

describe('postern start while PostgreSQL, which has its store, has trouble', () => {
  test('answers, runs its schedules and writes down what it does by itself again (G1 G2 G5)', {
    timeout: PROOF_TIMEOUT_MS,
  }, async () => {
    const stage = await openServedStage()
    const troubles = fc.record({
      trouble: anyTrouble,
      afterMs: fc.integer({ min: 0, max: 1_500 }),
    })
    await fc.assert(
      fc.asyncProperty(troubles, async (fault) => {
        const through = await serveThrough(stage, fault)
        const { verdicts, events, answered, refused, unwritten } = through
        const seen = { events, answered, refused }
        const wrong = { ...countWrong(verdicts), unwritten }
        tellProof(`postern start: ${nameOf(fault)}`, { cases: 1, seen, wrong })
        for (const verdict of verdicts) expect(verdict).toEqual(flawless)
        expect(unwritten).toBe(0)
      }),
      {
        ...parametersOf(1, 0.05),
        examples: [[{ trouble: crash.trouble, afterMs: 200 }]],
      },
    )
  })
})

function nameOf({ trouble }: Pick<DatabaseFault, 'trouble'>): string {
  if (trouble.kind === 'cut')
    return `cut in ${trouble.cut.at === 'commit' ? 'COMMIT' : 'a statement'}`
  return trouble.kind === 'restart' ? 'restarted' : trouble.kind
}

/** Everything that faults are played with; ends with the test. */
async function openStage(place: Place): Promise<DatabaseStage> {
  const { server } = postgres
  const hasStore = place !== 'a sink'
  const kept = await newDatabase('migrated', hasStore ? server : undefined)
  onTestFinished(kept.drop)
  const tables = await newDatabase('empty', place === 'the store' ? undefined : server)
  onTestFinished(tables.drop)
  const ways: DatabaseWay[] = []
  const wayTo = async (url: string) => {
    const way = await openDatabaseWay(url)
    onTestFinished(() => way.close())
    ways.push(way)
    return way.url
  }
  const storeUrl = hasStore ? await wayTo(kept.url) : kept.url
  const tablesUrl = place === 'the store' ? tables.url : await wayTo(tables.url)
  const store = await openPostgres(new Secret(kept.url))
  onTestFinished(() => store.close())
  const source = testKeySource()
  const seal = await openSeal(store, { source })
  const worker = await FeedWorker.begin(storeUrl)
  onTestFinished(() => worker.end())
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  return {
    ...{ postgres, ways, store, seal, worker, receiver },
    workerSeal: await openSeal(worker.store, { source }),
    openSinks: async (number) => [
      await jsonlSink(inject('runFolder'), `files-${number}`),
      webhookSink(receiver, `hook-${number}`),
      tablesSink(tablesUrl, {
        name: `tables-${number}`,
        schema: `okta_${number}`,
        direct: tables.url,
      }),
    ],
  }
}

async function openServedStage(): Promise<ServedStage> {
  const { server } = postgres
  const place = createPlace()
  onTestFinished(place.remove)
  const kept = await newDatabase('migrated', server)
  const tables = await newDatabase('empty', server)
  const way = await openDatabaseWay(kept.url)
  onTestFinished(() => way.close())
  const dataDir = place.path('data')
  const env = { POSTERN_DATABASE: way.url }
  const { stop } = await startPostern(place, ['--data', dataDir, '--dev'], env, {
    timeoutMs: PROOF_TIMEOUT_MS,
  })
  onTestFinished(async () => void (await stop('SIGTERM')))
  const store = await openPostgres(new Secret(kept.url))
  onTestFinished(() => store.close())
  const seal = await openSeal(store, {
    source: masterKeyFromFile(path.join(dataDir, masterKeyFileName)),
  })
  return {
    ...{ postgres, ways: [way], store, seal, dataDir },
    openSinks: async (number) => [
      await jsonlSink(inject('runFolder'), `files-${number}`),
      tablesSink(tables.url, { name: `tables-${number}`, schema: `okta_${number}` }),
    ],
  }
}
