/** @module What larger fleets would take, on paper: what was measured of a run, of an org and of a row, multiplied. */

import type { Grid } from './report.ts'

/** What was measured. */
export interface FleetCosts {
  /** Processor time of a run: of Postern, and of PostgreSQL. */
  readonly runMs: number
  readonly databaseRunMs: number
  /** For one connection in use, in each second. */
  readonly lookMs: number
  readonly heldMegabytesPerOrg: number
  /** Of a worker that holds no org. */
  readonly baseMegabytes: number
  readonly requestsPerRun: number
  /** How long a run is under way. */
  readonly durationMs: number
  readonly perRun: {
    readonly transactions: number
    readonly rows: number
    readonly journalBytes: number
  }
  /** Of a row of the table `run`, with its indexes. */
  readonly runRowBytes: number
}

const SIZES = [10_000, 100_000, 1_000_000] as const
const FEEDS_PER_ORG = 4
const PERIOD_SECONDS = 300
// Of a core: the figure P14.
const WORKER_SHARE = 0.6
// What the product keeps of each feed.
const KEPT_RUNS = 1_000
// Of an hour, on average.
const TOKEN_RENEWED_SECONDS = 0.75 * 3_600
const IN_USE_SHARE = 1 - (1 - 90 / PERIOD_SECONDS) ** FEEDS_PER_ORG

/** A column for each size. */
export function paperGrid(costs: FleetCosts): Grid {
  const { runMs, databaseRunMs, lookMs, perRun } = costs
  const runsOf = (orgs: number) => (orgs * FEEDS_PER_ORG) / PERIOD_SECONDS
  const coresOf = (orgs: number) => (runsOf(orgs) * runMs + orgs * IN_USE_SHARE * lookMs) / 1_000
  const workersOf = (orgs: number) => Math.ceil(coresOf(orgs) / WORKER_SHARE)
  const keptRuns = (orgs: number) => orgs * FEEDS_PER_ORG * KEPT_RUNS
  const lines: readonly (readonly [string, (orgs: number) => number, digits?: number])[] = [
    ['runs in a second', runsOf],
    ['cores of Postern', coresOf, 1],
    ['workers, each with 60 % of a core', workersOf],
    ['memory of all workers, GB', (orgs) => memoryOf(costs, orgs, workersOf(orgs)), 1],
    ['cores of PostgreSQL', (orgs) => (runsOf(orgs) * databaseRunMs) / 1_000, 1],
    ['transactions in a second', (orgs) => runsOf(orgs) * perRun.transactions],
    ['rows written in a second', (orgs) => runsOf(orgs) * perRun.rows],
    ['journal, MB in a second', (orgs) => (runsOf(orgs) * perRun.journalBytes) / 2 ** 20, 1],
    ['requests to orgs in a second', (orgs) => runsOf(orgs) * costs.requestsPerRun],
    ['of them for tokens', (orgs) => orgs / TOKEN_RENEWED_SECONDS],
    ['sockets to orgs at a time', (orgs) => (runsOf(orgs) * costs.durationMs) / 1_000],
    ['runs that are kept, millions', (orgs) => keptRuns(orgs) / 1e6],
    ['runs that are kept, GB', (orgs) => (keptRuns(orgs) * costs.runRowBytes) / 2 ** 30],
  ]
  return {
    columns: [
      'on paper: orgs with four feeds, every 5 minutes',
      ...SIZES.map((orgs) => orgs.toLocaleString('en')),
    ],
    rows: lines.map(([name, of, digits = 0]) => [
      name,
      ...SIZES.map((orgs) =>
        of(orgs).toLocaleString('en', {
          ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
        }),
      ),
    ]),
  }
}

function memoryOf(costs: FleetCosts, orgs: number, workers: number): number {
  return (workers * costs.baseMegabytes + orgs * costs.heldMegabytesPerOrg) / 1_024
}
