/**
 * @module The process of bench/fleet.ts that is measured: Postern on PostgreSQL, which runs the feeds of a fleet. It waits until
 * each of those that run has run once, and then measures for some time.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Secret } from '@postern/core'
import { sql } from 'kysely'
import { openLog } from '../packages/postern/src/log.ts'
import { openService, type Service } from '../packages/postern/src/service.ts'
import { readTables, readWritten, type TableFigures, type Written } from './database-figures.ts'
import { parentOf, processorMs } from './processor-time.ts'

/** What it is started with, as JSON. */
export interface FleetCaseOptions {
  readonly dataDir: string
  readonly database: string
  /** Those whose feeds run. */
  readonly orgs: number
  readonly feeds: number
  readonly periodMs: number
  readonly measuredMs: number
  /** Runs at a time. */
  readonly concurrency: number
}

/** What it measured. */
export interface FleetFigures {
  readonly seconds: number
  /** Begun meanwhile. */
  readonly runs: number
  /** Runs that did not end well. */
  readonly failed: number
  /** How much later than due runs began, in order. */
  readonly lateMs: readonly number[]
  /** How long runs were under way. */
  readonly durationsMs: readonly number[]
  readonly requests: number
  /** Processor time of this process, and of the database's. */
  readonly processorMs: number
  readonly databaseMs: number
  readonly written: Written
  /** Those that have a row for each org at least. */
  readonly tables: readonly TableFigures[]
  /** The most memory at any time of the measurement. */
  readonly megabytes: number
  /** What is still held when nothing runs any more. */
  readonly heldMegabytes: number
  /** Processor time for one connection of a look at those in use, which is every second. */
  readonly lookMs: number
  readonly loopDelayMs: { readonly p99: number; readonly max: number }
  /** Until each feed had run once. */
  readonly warmUpSeconds: number
}

const LOOK_EVERY_MS = 2_000
// For what began last.
const END_WITHIN_MS = 8_000
const LOOKS = 10

const options: FleetCaseOptions = JSON.parse(process.argv[2] ?? '')

/** Waits until every feed has run once. */
async function awaitFirstRuns({ store, clock }: Service): Promise<void> {
  for (;;) {
    const row = await store.db
      .selectFrom('run')
      .select(({ fn }) => fn.count<number>('feed_id').distinct().as('ran'))
      .where('ended_at', 'is not', null)
      .executeTakeFirst()
      // First runs have more to do than others: a busy machine may have no connection free for this one.
      .catch(() => undefined)
    const ran = row?.ran ?? 0
    process.stderr.write(`\r${ran} of ${options.feeds} feeds ran once `)
    if (ran >= options.feeds) return
    await clock.sleep(LOOK_EVERY_MS)
  }
}

/** What the runs were that began in a time, by the rows that are kept of them. */
async function judgeRuns({ store }: Service, from: Date, until: Date) {
  const rows = await store.db
    .selectFrom('run')
    .innerJoin('feed', 'feed.id', 'run.feed_id')
    .select(['run.started_at', 'run.ended_at', 'run.outcome', 'run.report', 'feed.next_run_at'])
    .where('run.trigger', '=', 'schedule')
    .where('run.started_at', '>=', from)
    .where('run.started_at', '<', until)
    .execute()
  const { periodMs } = options
  const lateMs = rows.map(({ started_at: startedAt, next_run_at: next }) => {
    // A feed is due at the same moment of each period.
    const late = (startedAt.getTime() - (next?.getTime() ?? Number.NaN)) % periodMs
    return late < 0 ? late + periodMs : late
  })
  return {
    runs: rows.length,
    failed: rows.filter(({ outcome }) => outcome !== 'ok').length,
    lateMs: lateMs.toSorted((one, other) => one - other),
    durationsMs: rows.flatMap(({ started_at: startedAt, ended_at: endedAt }) =>
      endedAt === null ? [] : [endedAt.getTime() - startedAt.getTime()],
    ),
    requests: rows.reduce((sum, { report }) => sum + report.requests, 0),
  }
}

/** The process of the database that started the others. */
async function findDatabase({ store }: Service): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.db)
  return parentOf(rows[0]?.pid ?? 0)
}

/** What connections cost that are in use while nothing runs. */
async function measureRest({ schedules, connections }: Service) {
  await schedules.stop()
  const before = process.cpuUsage()
  for (let look = 0; look < LOOKS; look++) await connections.look()
  const { user, system } = process.cpuUsage(before)
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  const lookMs = (user + system) / 1_000 / LOOKS / options.orgs
  return { lookMs, heldMegabytes: (heapUsed + external) / 2 ** 20 }
}

async function measure(
  service: Service,
): Promise<Omit<FleetFigures, 'warmUpSeconds' | 'lookMs' | 'heldMegabytes'>> {
  const { clock } = service
  const delays = monitorEventLoopDelay({ resolution: 5 })
  let megabytes = 0
  const look = () => {
    megabytes = Math.max(megabytes, process.memoryUsage.rss() / 2 ** 20)
  }
  const looking = setInterval(look, 1_000)
  const database = await findDatabase(service)
  delays.enable()
  const from = clock.now()
  const before = process.cpuUsage()
  const databaseBefore = processorMs(database)
  const writtenBefore = await readWritten(service.store)
  await clock.sleep(options.measuredMs)
  const { user, system } = process.cpuUsage(before)
  const databaseMs = processorMs(database) - databaseBefore
  const written = await readWritten(service.store)
  const until = clock.now()
  delays.disable()
  clearInterval(looking)
  await clock.sleep(END_WITHIN_MS)
  const ms = (nanoseconds: number) => nanoseconds / 1e6
  return {
    ...(await judgeRuns(service, from, until)),
    seconds: (until.getTime() - from.getTime()) / 1_000,
    processorMs: (user + system) / 1_000,
    ...{ databaseMs, megabytes },
    written: {
      rows: written.rows - writtenBefore.rows,
      transactions: written.transactions - writtenBefore.transactions,
      journalBytes: written.journalBytes - writtenBefore.journalBytes,
    },
    tables: await readTables(service.store, options.orgs),
    loopDelayMs: { p99: ms(delays.percentile(99)), max: ms(delays.max) },
  }
}

// Whoever started this one has ended.
process.on('disconnect', () => process.exit())

const { dataDir, database, concurrency } = options
const service = await openService({
  dataDir,
  database: new Secret(database),
  env: {},
  dev: true,
  log: openLog({ level: 'warn' }),
})
const beganMs = performance.now()
await service.begin({ concurrency })
await awaitFirstRuns(service)
const warmUpSeconds = (performance.now() - beganMs) / 1_000
const measured = await measure(service)
const figures: FleetFigures = { ...measured, ...(await measureRest(service)), warmUpSeconds }
await service.close()
process.send?.(figures, () => process.exit())
