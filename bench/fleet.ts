/**
 * @module A fleet: 10,000 orgs with four feeds each, every five minutes, on PostgreSQL (figure P14). Some of the orgs are really
 * run, once a minute, behind a stub that answers over TLS after 0.3 s: 2,000 of them are as many runs in a second as the whole
 * fleet has in five minutes. The tables have the rows of all 10,000. From what that takes of the processor and of memory, the
 * whole fleet is played, on one worker. Complete reads of objects, one a day, are not in it.
 * `npm run fleet -w bench [-- --write] [-- --orgs 500,2000] [-- --seconds 30] [-- --kept 10000]`;
 * wants `ulimit -n 20000`.
 */

import { parseArgs } from 'node:util'
import type { FleetFigures } from './fleet-case.ts'
import { type FleetCosts, paperGrid } from './fleet-paper.ts'
import { fleetInputs } from './fleet-rows.ts'
import { CONCURRENCY, runFleet } from './fleet-run.ts'
import { playFleet } from './fleet-simulation.ts'
import { type Grid, report } from './report.ts'

const WHOLE = 10_000
const PERIOD_SECONDS = 300
// What the product keeps of a connection after its last use.
const IN_USE_SECONDS = 90
const PLAYED_SECONDS = 3_600

const { values: flags } = parseArgs({
  options: {
    orgs: { type: 'string', default: '500,2000' },
    seconds: { type: 'string', default: '30' },
    /** Orgs of which there are rows. */
    kept: { type: 'string', default: String(WHOLE) },
    write: { type: 'boolean' },
  },
})
const sizes = flags.orgs.split(',').map(Number)
const measuredSeconds = Number(flags.seconds)
const kept = Number(flags.kept)

interface Measured {
  readonly orgs: number
  readonly kept: number
  readonly figures: FleetFigures
}

async function measure(orgs: number, ofOrgs: number): Promise<Measured> {
  process.stderr.write(`\n${orgs} orgs of ${ofOrgs}\n`)
  const figures = await runFleet({ orgs, kept: ofOrgs, inputs: fleetInputs, measuredSeconds })
  return { orgs, kept: ofOrgs, figures }
}

function sorted(figures: readonly number[]): readonly number[] {
  return figures.toSorted((one, other) => one - other)
}

/** What so large a part of them does not exceed. */
function at(inOrder: readonly number[], part: number): number {
  return inOrder[Math.floor(part * (inOrder.length - 1))] ?? 0
}

function measuredGrid(all: readonly Measured[]): Grid {
  return {
    columns: [
      ...['really run: orgs with four feeds, every minute', 'rows of orgs', 'runs/s', 'not well'],
      ...['late: median, ms', '99 %, ms', 'most, ms', 'under way: median, ms', 'requests/s'],
      ...['of a core', 'ms a run', 'PostgreSQL, of a core', 'ms a run there'],
      ...['MB at most', 'MB kept', 'event loop delay: 99 %, ms', 'most, ms'],
    ],
    rows: all.map(({ orgs, kept, figures }) => {
      const { runs, seconds, lateMs, processorMs, databaseMs } = figures
      const share = (ms: number) => `${(ms / seconds / 10).toFixed(0)} %`
      return [
        ...[orgs.toLocaleString('en'), kept.toLocaleString('en')],
        ...[(runs / seconds).toFixed(1), figures.failed],
        ...[at(lateMs, 0.5), at(lateMs, 0.99), at(lateMs, 1)],
        at(sorted(figures.durationsMs), 0.5),
        (figures.requests / seconds).toFixed(0),
        ...[share(processorMs), (processorMs / runs).toFixed(1)],
        ...[share(databaseMs), (databaseMs / runs).toFixed(1)],
        ...[figures.megabytes.toFixed(0), figures.heldMegabytes.toFixed(0)],
        ...[figures.loopDelayMs.p99.toFixed(0), figures.loopDelayMs.max.toFixed(0)],
      ]
    }),
  }
}

/** What the database has to write for a run, and what a row takes. */
function writtenGrids({ figures: { written, runs, tables } }: Measured): readonly Grid[] {
  const perRun = (count: number) => (count / runs).toFixed(1)
  return [
    {
      columns: ['written for a run', 'transactions', 'rows', 'KB of the journal'],
      rows: [
        [
          'on average',
          ...[perRun(written.transactions), perRun(written.rows)],
          perRun(written.journalBytes / 1_024),
        ],
      ],
    },
    {
      columns: ['table, with its indexes', 'rows', 'bytes a row'],
      rows: tables.map(({ name, rows, bytesPerRow }) => [
        name,
        ...[rows.toLocaleString('en'), bytesPerRow.toFixed(0)],
      ]),
    },
  ]
}

/** A line through two sizes: what each run takes, and what each second takes without one. */
function lineThrough(few: FleetFigures, many: FleetFigures, member: 'processorMs' | 'databaseMs') {
  const [x1, x2] = [few.runs / few.seconds, many.runs / many.seconds]
  const [y1, y2] = [few[member] / few.seconds, many[member] / many.seconds]
  const runMs = (y2 - y1) / (x2 - x1)
  return { runMs, restMs: Math.max(0, y1 - runMs * x1) }
}

function plannedGrids(few: Measured, many: Measured): readonly Grid[] {
  const { figures } = many
  const own = lineThrough(few.figures, figures, 'processorMs')
  const database = lineThrough(few.figures, figures, 'databaseMs')
  const { lookMs, runs, written } = figures
  // What is looked at every second for each connection in use grows with the orgs, of which there are more to a run here.
  const runMs = own.runMs - (lookMs * many.orgs) / (runs / figures.seconds)
  const heldPerOrg = (figures.heldMegabytes - few.figures.heldMegabytes) / (many.orgs - few.orgs)
  const costs: FleetCosts = {
    ...{ runMs, databaseRunMs: database.runMs, lookMs, heldMegabytesPerOrg: heldPerOrg },
    baseMegabytes: figures.megabytes - heldPerOrg * many.orgs,
    requestsPerRun: figures.requests / runs,
    durationMs: at(sorted(figures.durationsMs), 0.5),
    perRun: {
      transactions: written.transactions / runs,
      rows: written.rows / runs,
      journalBytes: written.journalBytes / runs,
    },
    runRowBytes: figures.tables.find(({ name }) => name === 'run')?.bytesPerRow ?? Number.NaN,
  }
  return [
    {
      columns: ['cost, by the line through both sizes', 'Postern', 'PostgreSQL'],
      rows: [
        ['ms of a processor for a run', runMs.toFixed(2), database.runMs.toFixed(2)],
        ['in a second without a run', own.restMs.toFixed(1), database.restMs.toFixed(1)],
        ['in a second for 1,000 connections in use', (lookMs * 1_000).toFixed(2), 'in its runs'],
        ['KB held for an org', (heldPerOrg * 1_024).toFixed(0), ''],
      ],
    },
    playedGrid(many, costs, { own: own.restMs, database: database.restMs }),
    paperGrid(costs),
  ]
}

/** The whole fleet, played. @param restMs - what a second takes without a run */
function playedGrid(
  { orgs, figures }: Measured,
  { runMs, lookMs, databaseRunMs, heldMegabytesPerOrg }: FleetCosts,
  restMs: { readonly own: number; readonly database: number },
): Grid {
  const inUse = WHOLE * (1 - (1 - IN_USE_SECONDS / PERIOD_SECONDS) ** fleetInputs.length)
  const played = playFleet({
    feeds: Array.from({ length: WHOLE }, (_, org) =>
      fleetInputs.map((input) => `org-${org}-${input}`),
    ).flat(),
    ...{ cron: '*/5 * * * *', concurrency: CONCURRENCY, seconds: PLAYED_SECONDS },
    ...{ runMs, besidesMs: restMs.own + lookMs * inUse, durationsMs: figures.durationsMs },
  })
  const perSecond = played.runs / PLAYED_SECONDS
  return {
    columns: [
      ...['played: orgs with four feeds, every', 'runs/s', 'late: median, ms', '99 %, ms'],
      ...['latest, s', 'at a time, at most', 'due before the last had ended', 'of a core'],
      ...['PostgreSQL, of a core', 'MB at most'],
    ],
    rows: [
      [
        ...[`${WHOLE.toLocaleString('en')}, 5 minutes`, perSecond.toFixed(1)],
        ...[at(played.lateMs, 0.5).toFixed(0), at(played.lateMs, 0.99).toFixed(0)],
        ...[(at(played.lateMs, 1) / 1_000).toFixed(1), played.atOnce, played.overtaken],
        `${(played.processorShare * 100).toFixed(0)} %`,
        `${((restMs.database + databaseRunMs * perSecond) / 10).toFixed(0)} %`,
        (figures.megabytes + heldMegabytesPerOrg * (WHOLE - orgs)).toFixed(0),
      ],
    ],
  }
}

const [smallest = 0] = sizes
const alone = await measure(smallest, smallest)
const all: Measured[] = []
for (const orgs of sizes) all.push(await measure(orgs, kept))
const [few, many] = [all.at(0), all.at(-1)]
if (few === undefined || many === undefined || few === many) throw new Error('Name two sizes.')
const changed = flags.orgs === '500,2000' ? [] : ['--', '--orgs', flags.orgs]
report('fleet', ['npm run fleet -w bench', ...changed].join(' '), [
  measuredGrid([alone, ...all]),
  ...plannedGrids(few, many),
  ...writtenGrids(many),
])
process.exit()
