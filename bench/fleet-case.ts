/**
 * @module The process of bench/fleet.ts that is measured: Postern on PostgreSQL, which runs the feeds of a fleet. It waits until
 * each of them has run once, and then measures some of their periods.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Secret } from '@postern/core'
import { openLog } from '../packages/postern/src/log.ts'
import { openService, type Service } from '../packages/postern/src/service.ts'

/** What it is started with, as JSON. */
export interface FleetCaseOptions {
  readonly dataDir: string
  readonly database: string
  readonly feeds: number
  readonly periodMs: number
  readonly periods: number
  /** Runs at a time. */
  readonly concurrency: number
}

/** What it measured. */
export interface FleetFigures {
  readonly runs: number
  /** Runs that did not end well. */
  readonly failed: number
  /** Runs that should have been and were not, a minute after the last was due. */
  readonly missing: number
  /** How much later than due runs began, in order. */
  readonly lateMs: readonly number[]
  readonly requests: number
  /** Of one core. */
  readonly processorShare: number
  /** The most memory at any time of the measurement. */
  readonly megabytes: number
  readonly loopDelayMs: { readonly p99: number; readonly max: number }
  /** Until each feed had run once. */
  readonly warmUpSeconds: number
}

const LOOK_EVERY_MS = 2_000
const LAST_WITHIN_MS = 60_000

const options: FleetCaseOptions = JSON.parse(process.argv[2] ?? '')

/** Waits until every feed has run once. */
async function awaitFirstRuns({ store, clock }: Service): Promise<void> {
  for (;;) {
    const { ran } = await store.db
      .selectFrom('run')
      .select(({ fn }) => fn.count<number>('feed_id').distinct().as('ran'))
      .where('ended_at', 'is not', null)
      .executeTakeFirstOrThrow()
    process.stderr.write(`\r${ran} of ${options.feeds} feeds ran once `)
    if (ran >= options.feeds) return
    await clock.sleep(LOOK_EVERY_MS)
  }
}

/** What the runs were that were due in a time, by the rows that are kept of them. */
async function judgeRuns({ store }: Service, from: Date, until: Date) {
  const rows = await store.db
    .selectFrom('run')
    .innerJoin('feed', 'feed.id', 'run.feed_id')
    .select(['run.started_at', 'run.outcome', 'run.report', 'feed.next_run_at'])
    .where('run.trigger', '=', 'schedule')
    .where('run.started_at', '>=', from)
    .execute()
  const { periodMs, periods, feeds } = options
  const runs = rows
    .map(({ started_at: startedAt, next_run_at: next, ...run }) => {
      // A feed is due at the same moment of each period.
      const late = (startedAt.getTime() - (next?.getTime() ?? Number.NaN)) % periodMs
      const lateMs = late < 0 ? late + periodMs : late
      return { ...run, lateMs, dueMs: startedAt.getTime() - lateMs }
    })
    .filter(({ dueMs }) => dueMs >= from.getTime() && dueMs < until.getTime())
  return {
    runs: runs.length,
    failed: runs.filter(({ outcome }) => outcome !== 'ok').length,
    missing: feeds * periods - runs.length,
    lateMs: runs.map(({ lateMs }) => lateMs).toSorted((one, other) => one - other),
    requests: runs.reduce((sum, { report }) => sum + report.requests, 0),
  }
}

async function measure(service: Service): Promise<Omit<FleetFigures, 'warmUpSeconds'>> {
  const { clock } = service
  const delays = monitorEventLoopDelay({ resolution: 5 })
  let megabytes = 0
  const look = () => {
    megabytes = Math.max(megabytes, process.memoryUsage.rss() / 2 ** 20)
  }
  const looking = setInterval(look, 1_000)
  delays.enable()
  const from = clock.now()
  const before = process.cpuUsage()
  const durationMs = options.periods * options.periodMs
  await clock.sleep(durationMs)
  const { user, system } = process.cpuUsage(before)
  delays.disable()
  clearInterval(looking)
  // For what was due last.
  await clock.sleep(Math.min(options.periodMs / 2, LAST_WITHIN_MS))
  const ms = (nanoseconds: number) => nanoseconds / 1e6
  return {
    ...(await judgeRuns(service, from, new Date(from.getTime() + durationMs))),
    processorShare: (user + system) / 1_000 / durationMs,
    megabytes,
    loopDelayMs: { p99: ms(delays.percentile(99)), max: ms(delays.max) },
  }
}

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
const figures: FleetFigures = { ...(await measure(service)), warmUpSeconds }
await service.close()
process.send?.(figures, () => process.exit())
