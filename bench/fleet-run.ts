/** @module Runs the feeds of some orgs for real: a database, a stub of the orgs and Postern, each in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type InputName, Secret } from '@postern/core'
import { openService } from '../packages/postern/src/service.ts'
import { createAuthority } from '../test/certificates.ts'
import { startPostgres, urlOf } from '../test/postgres.ts'
import type { FleetCaseOptions, FleetFigures } from './fleet-case.ts'
import { insertFleet } from './fleet-rows.ts'
import type { FleetStubOptions } from './fleet-stub.ts'

/** A fleet of which some runs. */
export interface Fleet {
  /** Those whose feeds run, once a minute. */
  readonly orgs: number
  /** All that there are: the feeds of the others wait for next year. */
  readonly kept: number
  /** What is read of each org. */
  readonly inputs: readonly InputName[]
  readonly measuredSeconds: number
  /** Of Node, for the process that is measured. */
  readonly nodeFlags?: readonly string[]
}

const PERIOD_MS = 60_000
/** Runs at a time: more than are under way, since 133 begin in a second, and each takes half a second to a whole one. */
export const CONCURRENCY = 200

/** Runs one fleet, and gives what was measured. */
export async function runFleet(fleet: Fleet): Promise<FleetFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  const postgres = await startPostgres()
  try {
    const { server } = postgres
    return await runIn(folder, urlOf(server, server.superuser, 'postgres'), fleet)
  } finally {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runIn(folder: string, database: string, fleet: Fleet): Promise<FleetFigures> {
  const authority = createAuthority()
  const { cert, key } = authority.issue({ hosts: ['localhost'] })
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const stubOptions: FleetStubOptions = {
    orgs: fleet.orgs,
    certFile: file('cert.pem', cert),
    keyFile: file('key.pem', key),
  }
  const stub = start('fleet-stub.ts', stubOptions)
  try {
    const ports = await told<readonly number[]>(stub, 'The stub')
    if (ports.length < fleet.orgs)
      throw new Error(`There are ports for ${ports.length} orgs alone.`)
    const dataDir = join(folder, 'data')
    const linesFolder = join(folder, 'lines')
    for (const path of [dataDir, linesFolder]) mkdirSync(path, { mode: 0o700 })
    const urls = ports.map((port) => `https://localhost:${port}`)
    const service = await openService({
      dataDir,
      database: new Secret(database),
      env: {},
      dev: true,
    })
    await insertFleet(service, { ...fleet, urls, linesFolder })
    await service.close()
    const options: FleetCaseOptions = {
      ...{ dataDir, database, concurrency: CONCURRENCY, periodMs: PERIOD_MS },
      ...{
        orgs: fleet.orgs,
        feeds: fleet.orgs * fleet.inputs.length,
        measuredMs: fleet.measuredSeconds * 1_000,
      },
    }
    const env = { NODE_EXTRA_CA_CERTS: file('authority.pem', authority.cert) }
    const served = start('fleet-case.ts', options, { env, nodeFlags: fleet.nodeFlags ?? [] })
    const closed = once(served, 'close')
    try {
      const figures = await told<FleetFigures>(served, 'Postern')
      // It writes down what it spent its time on, where it was told to.
      await closed
      return figures
    } finally {
      served.kill()
    }
  } finally {
    stub.kill()
  }
}

function start(
  name: string,
  options: object,
  {
    env = {},
    nodeFlags = [],
  }: {
    readonly env?: Readonly<Record<string, string>>
    readonly nodeFlags?: readonly string[]
  } = {},
): ChildProcess {
  const program = fileURLToPath(new URL(name, import.meta.url))
  const args = [
    '--conditions=source',
    '--expose-gc',
    ...nodeFlags,
    program,
    JSON.stringify(options),
  ]
  return spawn(process.execPath, args, {
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
