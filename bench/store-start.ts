/**
 * @module How long a store takes to open and what it needs in memory (figure P10): a warm start beside a bare PGlite, a first
 * start, PostgreSQL, and `postern start` until it answers. Build first: `npm run build`. Then:
 * `npm run store-start -w bench [-- --write]`.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres, urlOf } from '../test/postgres.ts'
import { type Case, measure } from './measure.ts'
import { report } from './report.ts'

const rounds = 7
const liftoff = '--liftoff-only'
const watch = fileURLToPath(new URL('store-start-watch.mjs', import.meta.url))
const opener = fileURLToPath(new URL('store-start-case.ts', import.meta.url))
const program = fileURLToPath(new URL('../packages/postern/dist/postern.cjs', import.meta.url))

interface Sample {
  readonly ms: number
  readonly maxRssMb: number
}

const samples = new Map<string, Sample[]>()

/** A case whose time is what its process says, and whose peak memory is kept aside. */
function opening(name: string, args: (round: number) => readonly string[]): Case {
  let round = 0
  return {
    name,
    run: async () => {
      const sample: Sample = JSON.parse(await outputOf(name, [liftoff, ...args(round++)]))
      samples.set(name, [...(samples.get(name) ?? []), sample])
      return sample.ms
    },
  }
}

/** The time from the start of `postern start` until it says that it runs, in milliseconds. */
function serving(name: string, dataDir: (round: number) => string, env = {}): Case {
  let round = 0
  return {
    name,
    run: async () => {
      const data = dataDir(round++)
      const start = performance.now()
      const flags = ['--import', watch, program, 'start', '--port', '0', '--data', data]
      const child = spawn(process.execPath, [liftoff, ...flags, '--output', 'json'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      })
      const closed = once(child, 'close')
      const errors = textOf(child.stderr)
      await once(child.stdout ?? child, 'data')
      const ms = performance.now() - start
      child.kill('SIGTERM')
      await closed
      const [, mb = 'NaN'] = /^max-rss-mb (\d+)$/m.exec(await errors) ?? []
      samples.set(name, [...(samples.get(name) ?? []), { ms, maxRssMb: Number(mb) }])
      return ms
    },
  }
}

async function outputOf(name: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=source', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const text = textOf(child.stdout)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
  return text
}

async function textOf(stream: ChildProcess['stdout']): Promise<string> {
  let text = ''
  for await (const chunk of stream ?? []) text += chunk
  return text
}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const postgres = await startPostgres()
try {
  const newDirectory = (name: string) => {
    const path = join(folder, name)
    mkdirSync(path, { mode: 0o700 })
    return path
  }
  const warm = newDirectory('warm')
  await outputOf('prepare', [opener, 'store', warm])
  const database = urlOf(postgres.server, postgres.server.superuser, 'postgres')
  const stores = await measure(
    [
      opening('bare PGlite, warm', () => [opener, 'bare', warm]),
      opening('store on PGlite, warm', () => [opener, 'store', warm]),
      opening('store on PGlite, first start', (round) => [
        ...[opener, 'store', newDirectory(`first-${round}`)],
      ]),
      opening('store on PostgreSQL', () => [opener, 'postgres', database]),
    ],
    rounds,
  )
  const served = newDirectory('served')
  const servers = await measure(
    [
      serving('`postern start` on PGlite, warm', () => served),
      serving('`postern start` on PGlite, first start', (round) => newDirectory(`server-${round}`)),
      serving('`postern start` on PostgreSQL', () => served, { POSTERN_DATABASE: database }),
    ],
    rounds,
  )
  report('store-start', 'npm run store-start -w bench', [
    { title: 'store opened, in its process', unit: 'ms', digits: 0, figures: stores },
    { title: 'server ready, whole process', unit: 'ms', digits: 0, figures: servers },
    {
      columns: ['peak memory, MB', 'median', 'max'],
      rows: [...samples].map(([name, all]) => {
        const sizes = all.map(({ maxRssMb }) => maxRssMb).toSorted((one, other) => one - other)
        return [name, sizes[Math.floor(sizes.length / 2)] ?? 0, sizes.at(-1) ?? 0]
      }),
    },
  ])
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
