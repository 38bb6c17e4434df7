/**
 * @module A System Log to JSON lines: a feed on the embedded store, durable and each event once, beside a loop of `fetch`,
 * `JSON.parse` and a write that is lost where it stops (figure P9); and the memory that a long log takes.
 * `npm run log-feed -w bench [-- --backlog COUNT] [-- --write]`, 1,000,000 events by default.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type LogRun, runOnce } from './log-feed-run.ts'
import { figuresOf, measure } from './measure.ts'
import { type Grid, report, type Table } from './report.ts'

const { values: flags } = parseArgs({
  options: { backlog: { type: 'string', default: '1000000' }, write: { type: 'boolean' } },
})

async function startStub(events: number): Promise<{ stub: ChildProcess; url: string }> {
  const program = fileURLToPath(new URL('log-feed-stub.ts', import.meta.url))
  const stub = spawn(process.execPath, ['--conditions=source', program, String(events)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(stub, 'message')
  return { stub, url: `http://127.0.0.1:${port}` }
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

/** One feed for each count, from an empty store to the end of the log. */
async function backfill(counts: readonly number[]): Promise<Grid> {
  const rows: string[][] = []
  for (const events of counts) {
    const { stub, url } = await startStub(events)
    try {
      const { perSecond, grownMb } = await runOnce('feed', url, events)
      rows.push([events.toLocaleString('en'), perSecond.toFixed(0), grownMb.toFixed(0)])
    } finally {
      stub.kill()
    }
  }
  return { columns: ['events in one run', 'events/s', 'MB above the first page'], rows }
}

report('log-feed', 'npm run log-feed -w bench', [
  ...(await compare(100_000, 5)),
  await backfill([100_000, Number(flags.backlog)]),
])
