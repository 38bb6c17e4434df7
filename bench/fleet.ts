/**
 * @module A fleet: 10,000 orgs with four feeds each, every five minutes, on PostgreSQL (figure P14). The orgs are a stub in a
 * process of its own that answers over TLS after 0.3 s; Postern is another one. Each feed runs once before, and then for two
 * periods it is seen how late runs begin, and what they take of a processor and of memory. Complete reads of objects, one a
 * day, are not in it. `npm run fleet -w bench [-- --orgs N] [-- --minutes N] [-- --write]`; at its full size it takes half an
 * hour, and wants a machine of its own and `ulimit -n 20000`.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Secret } from '@postern/core'
import { openService } from '../packages/postern/src/service.ts'
import { createAuthority } from '../test/certificates.ts'
import { startPostgres, urlOf } from '../test/postgres.ts'
import type { FleetCaseOptions, FleetFigures } from './fleet-case.ts'
import { fleetInputs, insertFleet } from './fleet-rows.ts'
import type { FleetStubOptions } from './fleet-stub.ts'
import { report } from './report.ts'

const PERIODS = 2
// More than are under way: 133 runs begin in a second, and each takes half a second to a whole one.
const CONCURRENCY = 200
const { values: flags } = parseArgs({
  options: {
    orgs: { type: 'string', default: '10000' },
    /** Of a period. */
    minutes: { type: 'string', default: '5' },
    write: { type: 'boolean' },
  },
})
const [orgs, minutes] = [Number(flags.orgs), Number(flags.minutes)]

function start(name: string, options: object, env: Readonly<Record<string, string>> = {}) {
  const program = fileURLToPath(new URL(name, import.meta.url))
  return spawn(process.execPath, ['--conditions=source', program, JSON.stringify(options)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** What a process tells. @throws where it ends before. */
async function told<Told>(child: ChildProcess, name: string): Promise<Told> {
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`${name} ended with ${code}.`)
  })
  ended.catch(() => undefined)
  const [first]: Told[] = await Promise.race([once(child, 'message'), ended])
  return first ?? Promise.reject(new Error(`${name} told nothing.`))
}

async function run(folder: string, database: string): Promise<FleetFigures> {
  const authority = createAuthority()
  const { cert, key } = authority.issue({ hosts: ['localhost'] })
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const stubOptions: FleetStubOptions = {
    orgs,
    certFile: file('cert.pem', cert),
    keyFile: file('key.pem', key),
  }
  const stub = start('fleet-stub.ts', stubOptions)
  try {
    const ports = await told<readonly number[]>(stub, 'The stub')
    if (ports.length < orgs) throw new Error(`There are ports for ${ports.length} orgs alone.`)
    const dataDir = join(folder, 'data')
    const linesFolder = join(folder, 'lines')
    for (const path of [dataDir, linesFolder]) mkdirSync(path, { mode: 0o700 })
    const service = await openService({
      dataDir,
      database: new Secret(database),
      env: {},
      dev: true,
    })
    const urls = ports.map((port) => `https://localhost:${port}`)
    await insertFleet(service, { urls, linesFolder, cron: `*/${minutes} * * * *` })
    await service.close()
    const options: FleetCaseOptions = {
      ...{ dataDir, database, concurrency: CONCURRENCY, periods: PERIODS },
      ...{ feeds: orgs * fleetInputs.length, periodMs: minutes * 60_000 },
    }
    const served = start('fleet-case.ts', options, {
      NODE_EXTRA_CA_CERTS: file('authority.pem', authority.cert),
    })
    try {
      return await told<FleetFigures>(served, 'Postern')
    } finally {
      served.kill()
    }
  } finally {
    stub.kill()
  }
}

function rowOf(figures: FleetFigures): (string | number)[] {
  const { lateMs, runs, failed, missing, requests, processorShare, megabytes } = figures
  const late = (part: number) => Math.round(lateMs[Math.floor(part * (lateMs.length - 1))] ?? 0)
  const seconds = PERIODS * minutes * 60
  return [
    `${orgs.toLocaleString('en')}, ${minutes} minutes`,
    ...[runs.toLocaleString('en'), failed, missing],
    ...[late(0.5), late(0.99), late(1)],
    ...[(requests / seconds).toFixed(0), `${(processorShare * 100).toFixed(0)} %`],
    megabytes.toFixed(0),
    ...[figures.loopDelayMs.p99.toFixed(0), figures.loopDelayMs.max.toFixed(0)],
    figures.warmUpSeconds.toFixed(0),
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const postgres = await startPostgres()
let figures: FleetFigures
try {
  const { server } = postgres
  figures = await run(folder, urlOf(server, server.superuser, 'postgres'))
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
const changed = [
  ...(orgs === 10_000 ? [] : ['--orgs', orgs]),
  ...(minutes === 5 ? [] : ['--minutes', minutes]),
]
const command = ['npm run fleet -w bench', ...(changed.length > 0 ? ['--', ...changed] : [])]
report('fleet', command.join(' '), [
  {
    columns: [
      ...['orgs with four feeds, every', 'runs', 'not well', 'missing'],
      ...['late: median, ms', '99 %, ms', 'most, ms', 'requests/s', 'of a core', 'MB at most'],
      ...['event loop delay: 99 %, ms', 'most, ms', 'each had run once after, s'],
    ],
    rows: [rowOf(figures)],
  },
])
process.exit()
