/**
 * @module A System Log to JSON lines: a feed on the embedded store, durable and each event once, beside a loop of `fetch`,
 * `JSON.parse` and a write that is lost where it stops (figure P9); and the memory that a long log takes (1,000,000 events).
 * `npm run log-feed -w bench [-- --write]`.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { figuresOf, measure, report, type Table } from './measure.ts'

const run = promisify(execFile)
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const node = [process.execPath, '--conditions=source']

/** What one run prints at its end. */
interface LogRun {
  readonly events: number
  readonly perSecond: number
  readonly cpuMs: number
  /** The peak of memory above what it was after the first page. */
  readonly grownMb: number
}

async function startStub(events: number): Promise<{ stub: ChildProcess; url: string }> {
  const [program = '', ...args] = [...node, here('log-feed-stub.ts'), String(events)]
  const stub = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [port] = await once(stub, 'message')
  return { stub, url: `http://127.0.0.1:${port}` }
}

async function runOnce(kind: string, url: string, events: number): Promise<LogRun> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  try {
    const [program = '', ...args] = [...node, here('log-feed-case.ts'), kind, url, folder]
    const { stdout } = await run(program, args)
    const done: LogRun = JSON.parse(stdout)
    if (done.events === events) return done
    throw new Error(`${kind} gave ${done.events} events of ${events}.`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Both cases, round by round. */
async function compare(events: number, rounds: number): Promise<Table[]> {
  const bare = { name: '`fetch`, `JSON.parse`, write', kind: 'bare', runs: [] as LogRun[] }
  const feed = { name: 'feed on PGlite, JSON lines', kind: 'feed', runs: [] as LogRun[] }
  const { stub, url } = await startStub(events)
  try {
    await measure(
      [bare, feed].map(({ name, kind, runs }) => ({
        name,
        run: async () => runs.push(await runOnce(kind, url, events)),
      })),
      rounds,
    )
  } finally {
    stub.kill()
  }
  const table = (unit: string, digits: number, figure: (done: LogRun) => number): Table => ({
    title: `${events.toLocaleString('en')} events`,
    unit,
    digits,
    figures: [bare, feed].map(({ name, runs }) =>
      // The first round was there to warm up.
      figuresOf(name, runs.slice(1).map(figure), bare.runs.slice(1).map(figure)),
    ),
  })
  return [
    table('events/s', 0, ({ perSecond }) => perSecond),
    table('CPU µs for an event', 1, ({ cpuMs }) => (cpuMs * 1_000) / events),
    table('MB above the first page', 0, ({ grownMb }) => grownMb),
  ]
}

report('log-feed', 'npm run log-feed -w bench', [
  ...(await compare(100_000, 5)),
  ...(await compare(1_000_000, 1)),
])
