/**
 * @module A request through Postern's API to an org (POST /v1/connections/{name}/request), while the same process does
 * nothing else, and while it reads a whole System Log of another org: of one that takes half a second for each page, as an
 * org does, and of one that answers as fast as it is asked. And how long the event loop kept callers waiting (figure P15).
 * `npm run proxy-beside-log -w bench [-- --write]`.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { figuresOf, measure } from './measure.ts'
import type { Delays, ServedProxy, Task } from './proxy-beside-log-case.ts'
import { report, type Table } from './report.ts'

const EVENTS = 100_000
// Each thousand takes an org's delay.
const PACED_EVENTS = 30_000
const DELAY_MS = 500
const ROUNDS = 5
const PACE_MS = 10

/** What one round came to. */
interface Round extends Delays {
  readonly p50Ms: number
  readonly slowestMs: number
}

function start(name: string, ...args: readonly string[]): ChildProcess {
  const program = fileURLToPath(new URL(name, import.meta.url))
  return spawn(process.execPath, ['--conditions=source', program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** An org that answers everything at once, in this process, which does nothing else. */
async function startOrg(): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'x-rate-limit-limit': '100000000',
      'x-rate-limit-remaining': '99999999',
      'x-rate-limit-reset': String(Math.floor(Date.now() / 1_000) + 60),
    })
    response.end('{"id":"00uTEST000000000001"}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}

/** Asks evenly until the task is over. */
async function ask(
  served: ChildProcess,
  { url, authorization }: ServedProxy,
  task: Task,
): Promise<Round> {
  const over = once(served, 'message')
  let isOver = false
  const ended = over.then(() => {
    isOver = true
  })
  served.send(task)
  const took: number[] = []
  while (!isOver) {
    const beginMs = performance.now()
    const answer = await fetch(`${url}/v1/connections/org/request`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"path":"/api/v1/users/me"}',
    })
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`The request was answered with ${answer.status}.`)
    took.push(performance.now() - beginMs)
    await setTimeout(PACE_MS)
  }
  await ended
  const [delays]: Delays[] = await over
  const sorted = took.toSorted((a, b) => a - b)
  const p50Ms = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  if (delays === undefined) throw new Error('The server told nothing.')
  return { ...delays, p50Ms, slowestMs: Math.max(...sorted) }
}

async function startLog(
  events: number,
  delayMs: number,
): Promise<{ log: ChildProcess; url: string }> {
  const log = start('log-feed-stub.ts', String(events), String(delayMs))
  const [port] = await once(log, 'message')
  return { log, url: `http://127.0.0.1:${port}` }
}

const paced = await startLog(PACED_EVENTS, DELAY_MS)
const fast = await startLog(EVENTS, 0)
const served = start('proxy-beside-log-case.ts', await startOrg(), paced.url, fast.url)
const [proxy]: ServedProxy[] = await once(served, 'message')
if (proxy === undefined) throw new Error('The server did not start.')
const quiet = { name: 'nothing else', task: 'quiet', rounds: [] as Round[] } as const
const cases = [
  quiet,
  { name: 'a log, a page after half a second', task: 'paced', rounds: [] as Round[] },
  { name: 'a log, as fast as it can be read', task: 'fast', rounds: [] as Round[] },
] as const
await measure(
  cases.map(({ name, task, rounds }) => ({
    name,
    run: async () => rounds.push(await ask(served, proxy, task)),
  })),
  ROUNDS,
)
served.send('end')
await once(served, 'exit')
paced.log.kill()
fast.log.kill()

const table = (title: string, figure: (round: Round) => number): Table => ({
  title: `${title}, beside`,
  unit: 'ms',
  digits: 1,
  figures: cases.map(({ name, rounds }) =>
    // The first round was there to warm up.
    figuresOf(name, rounds.slice(1).map(figure), quiet.rounds.slice(1).map(figure)),
  ),
})
report('proxy-beside-log', 'npm run proxy-beside-log -w bench', [
  table('a request, half of them', ({ p50Ms }) => p50Ms),
  table('a request, the slowest', ({ slowestMs }) => slowestMs),
  table('event loop delay, 99 %', ({ p99Ms }) => p99Ms),
  table('event loop delay, most', ({ maxMs }) => maxMs),
  table('work at a stretch, most', ({ workMs }) => workMs),
])
process.exit()
