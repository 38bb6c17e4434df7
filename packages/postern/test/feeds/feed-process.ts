/**
 * @module A process that runs a feed, and is killed at a step. It waits for its task on standard input, so that it can be started
 * ahead, and for another one when that is done.
 */

import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PosternError, Secret } from '@postern/core'
import { masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { runFeed } from '../../src/feeds/run.ts'
import type { RunProgress } from '../../src/feeds/run-options.ts'
import { openStore } from '../../src/store/open.ts'
import { retireMasterKeys } from '../../src/store/retire-master-key.ts'
import { rotateMasterKey } from '../../src/store/rotate-master-key.ts'
import { openSeal, type Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { findUnopened, secretPlaces } from '../store/seeded-secrets.ts'
import { endLeases, endRests, openWorker } from './scene.ts'
import {
  type OnStep,
  type Step,
  steppedStore,
  steppedTransport,
  watchSinks,
  withSteps,
} from './steps.ts'

/** What the process is told, as one line of JSON on standard input. */
export interface FeedTask {
  readonly dataDir: string
  readonly database?: string
  readonly keyFile: string
  readonly feedId: string
  /** The step that it does not outlive, and its how many-th; absent: it ends by itself. */
  readonly dieAt?: { readonly step: Step; readonly nth: number }
  /** Stops itself with SIGSTOP there; whoever started it lets it go on. */
  readonly pauseAt?: { readonly step: Step; readonly nth: number }
  /** Rotates the master key and retires the old version while the feed runs, and kills itself after so many steps of that. */
  readonly rotate?: { readonly dieAfter?: number }
  /** How many seeded secrets there are, each of which has to open at the end. */
  readonly secrets?: number
  /** Counts the bytes that are in use after each page. */
  readonly isMeasured?: boolean
  /** How much may wait for the sinks. */
  readonly spoolRecords?: number
}

/** What the process says at its end. */
export interface FeedTaskResult {
  readonly outcome: string
  readonly more: boolean
  /** How often it was at each step. */
  readonly steps: Readonly<Partial<Record<Step, number>>>
  readonly error?: string
  /** The seeded secrets that did not open. */
  readonly unopened?: readonly string[]
  /** Bytes that were in use, now and then; empty unless that is measured. */
  readonly bytesInUse: readonly number[]
  readonly mostWaiting: number
}

// Counting takes longer than what it counts.
const MEASURED_EACH = 4

async function run(task: FeedTask): Promise<FeedTaskResult> {
  const counts: Partial<Record<Step, number>> = {}
  const { dataDir, database, keyFile, feedId, dieAt, pauseAt, spoolRecords } = task
  const bytesInUse: number[] = []
  let mostWaiting = 0
  let told = 0
  const onProgress = ({ spoolRecords: waiting }: RunProgress) => {
    mostWaiting = Math.max(mostWaiting, waiting)
    if (task.isMeasured && told++ % MEASURED_EACH === 0) bytesInUse.push(countBytesInUse())
  }
  const onStep: OnStep = (step) => {
    const nth = (counts[step] ?? 0) + 1
    counts[step] = nth
    if (dieAt?.step === step && dieAt.nth === nth) process.kill(process.pid, 'SIGKILL')
    if (pauseAt?.step === step && pauseAt.nth === nth) {
      process.stdout.write('paused\n')
      process.kill(process.pid, 'SIGSTOP')
    }
  }
  const opened = await openStore({
    dataDir,
    ...(database !== undefined && { database: new Secret(database) }),
  })
  const seal = await openSeal(opened, { source: masterKeyFromFile(keyFile) })
  await endLeases(opened)
  await endRests(opened, feedId)
  const store = steppedStore(opened, onStep)
  const worker = openWorker({
    store,
    seal,
    through: (transport) => steppedTransport(transport, onStep),
    ...(spoolRecords !== undefined && {
      spoolLimit: { records: spoolRecords, bytes: Number.MAX_SAFE_INTEGER },
    }),
  })
  const running = withSteps(onStep, () =>
    runFeed(worker, feedId, { trigger: 'request', onProgress }),
  ).then(
    (run) => ({ finished: run, failure: undefined }),
    (thrown: unknown) => ({ finished: undefined, failure: requirePostern(thrown) }),
  )
  const [{ finished, failure }] = await Promise.all([
    running,
    task.rotate && renewMasterKey(opened, seal, task.rotate),
  ])
  const unopened = task.secrets && (await findUnopened(opened, seal, secretPlaces(task.secrets)))
  await worker.connections.close()
  await opened.close()
  const unfinished = failure === undefined ? 'elsewhere' : 'failed'
  const { outcome = unfinished, more = false, report } = finished ?? {}
  const { error = failure } = report ?? {}
  return {
    outcome,
    more,
    steps: counts,
    bytesInUse,
    mostWaiting,
    ...(error && { error: `${error.code}: ${error.message}` }),
    ...(unopened && { unopened }),
  }
}

/** What stops a run before it has begun is an error of ours, or a defect. */
function requirePostern(thrown: unknown): PosternError {
  if (thrown instanceof PosternError) return thrown
  throw thrown
}

async function renewMasterKey(
  store: Store,
  seal: Seal,
  { dieAfter }: NonNullable<FeedTask['rotate']>,
): Promise<void> {
  let steps = 0
  const onStep = () => {
    if (++steps === dieAfter) process.kill(process.pid, 'SIGKILL')
  }
  const by = { actor: 'local' }
  await rotateMasterKey(store, seal, by, { batchSize: 2, onStep })
  await retireMasterKeys(store, seal, by, { onStep })
}

/** What would still be there if everything was let go of that nobody has any more. */
function countBytesInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

await watchSinks()
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const result = await run(JSON.parse(line))
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
process.exit(0)
