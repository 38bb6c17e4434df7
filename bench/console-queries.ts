/**
 * @module How long the console waits for the store (a million events, 100,000 rows of the audit log, 10,000 connections, access keys
 * and feeds), on both kinds of database, and the indexes that each query goes by. `npm run console-queries -w bench [-- --write] [-- --small]`.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@postern/core'
import pg from 'pg'
import { openStore } from '../packages/postern/src/store/open.ts'
import type { Store } from '../packages/postern/src/store/store.ts'
import { fillLists } from '../packages/postern/test/server/many-rows.ts'
import {
  explainStatement,
  hearStatements,
  type PlanStep,
  rowsRead,
} from '../test/heard-statements.ts'
import { startPostgres, urlOf } from '../test/postgres.ts'
import { consoleCases } from './console-cases.ts'
import { fillConsole } from './console-rows.ts'
import { type Grid, report } from './report.ts'

const ROUNDS = 15
const now = new Date('2026-11-30T12:00:00Z')
const amounts = process.argv.includes('--small')
  ? { events: 20_000, auditRows: 5_000, connections: 1_000 }
  : { events: 1_000_000, auditRows: 100_000, connections: 10_000 }

/** A store, and the time of a processor that it has taken. */
interface Measured {
  readonly store: Store
  cpuMs(): Promise<number>
}

async function measureStore(kind: string, { store, cpuMs }: Measured): Promise<Grid> {
  await fillLists(store, now)
  await fillConsole(store, amounts, now)
  const rows: (readonly (string | number)[])[] = []
  for (const { name, run } of consoleCases(store, now)) {
    const ways = new Set<string>()
    let events = 0
    for (const statement of await hearStatements(store, run)) {
      const steps = await explainStatement(store, statement)
      for (const way of waysOf(steps)) ways.add(way)
      events = Math.max(events, rowsRead(steps, 'event'))
    }
    const times: number[] = []
    const cpuBefore = await cpuMs()
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      await run()
      times.push(performance.now() - start)
    }
    const cpu = ((await cpuMs()) - cpuBefore) / ROUNDS
    const [median = 0, worst = 0] = [
      times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)],
      Math.max(...times),
    ]
    const figures = [median, worst, cpu].map((ms) => ms.toFixed(1))
    rows.push([name, ...figures, Math.round(events), [...ways].join(', ')])
    process.stderr.write(`${kind}: ${name} ${median.toFixed(1)} ms\n`)
  }
  return {
    columns: [
      kind,
      ...['median, ms', 'longest, ms', 'processor, ms'],
      ...['events looked at', 'ways through the tables'],
    ],
    rows,
  }
}

/** The indexes that a plan goes by, and the tables that are read without one. */
function waysOf(steps: readonly PlanStep[]): readonly string[] {
  return steps.flatMap((step) => {
    const { 'Node Type': type, 'Index Name': index, 'Relation Name': table } = step
    return index ?? (type === 'Seq Scan' ? [`all of ${table}`] : [])
  })
}

async function onPglite(dataDir: string): Promise<Grid> {
  mkdirSync(dataDir)
  const store = await openStore({ dataDir })
  try {
    return await measureStore('PGlite', { store, cpuMs: async () => ownCpuMs() })
  } finally {
    await store.close()
  }
}

async function onPostgres(dataDir: string): Promise<Grid> {
  const { server, stop } = await startPostgres()
  const url = urlOf(server, server.superuser, 'postgres')
  const client = new pg.Client(url)
  try {
    await client.connect()
    const store = await openStore({ dataDir, database: new Secret(url) })
    try {
      return await measureStore('PostgreSQL', {
        store,
        cpuMs: async () => ownCpuMs() + (await serverCpuMs(client)),
      })
    } finally {
      await store.close()
    }
  } finally {
    await client.end()
    await stop()
  }
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Of the server's processes that answer; Linux tells it in hundredths of a second. */
async function serverCpuMs(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity')
  return rows.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) * 10
  }, 0)
}

const folder = mkdtempSync(join(tmpdir(), 'postern-console-'))
try {
  const grids: Grid[] = []
  if (!process.argv.includes('--pglite')) grids.push(await onPostgres(folder))
  if (!process.argv.includes('--postgres')) grids.push(await onPglite(join(folder, 'embedded')))
  report('console-queries', 'npm run console-queries -w bench', grids)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
