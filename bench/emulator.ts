/**
 * @module What the emulator costs: CPU of the server for an answer (its client is another process), memory with 200,000
 * users and 1,000,000 events, and the start. `npm run emulator -w bench [-- --write]`.
 */

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { fillHistory, type RunningOrg, startOrg } from '@postern/emulator'
import type { Order } from './emulator-client.ts'
import { type Case, type Figures, measure } from './measure.ts'
import { report, type Table } from './report.ts'

const DAY_MS = 86_400_000
const rounds = 9
const startRounds = 7
const answersPerRound = 40
const users = 200_000
const events = 1_000_000

/** The CPU time of this process for one answer, in milliseconds. */
function cpuOf(name: string, client: ChildProcess, order: Omit<Order, 'times'>): Case {
  return {
    name,
    run: async () => {
      const before = process.cpuUsage()
      client.send({ ...order, times: answersPerRound } satisfies Order)
      const [answer] = await once(client, 'message')
      if (answer !== 'done') throw new Error(String(answer))
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1_000 / answersPerRound
    },
  }
}

/** The time of a whole process, in milliseconds. */
function wholeProcess(name: string, program: string): Case {
  return {
    name,
    run: async () => {
      const start = performance.now()
      const options = ['--conditions=source', '--input-type=module', '-e', program]
      const child = spawn(process.execPath, options, { stdio: 'inherit' })
      const [code] = await once(child, 'close')
      if (code !== 0) throw new Error(`${name} ended with ${code}`)
      return performance.now() - start
    },
  }
}

/** One figure that is taken once. */
function taken(name: string, figure: number, peer: number): Figures {
  return { name, median: figure, min: figure, max: figure, ratio: figure / peer }
}

const megabytes = () => process.memoryUsage.rss() / 1e6

async function timed<T>(
  work: () => T,
): Promise<{ readonly value: Awaited<T>; readonly ms: number }> {
  const start = performance.now()
  const value = await work()
  return { value, ms: performance.now() - start }
}

type Headers = Readonly<Record<string, string>>

function ordersOf({ url, adminToken }: RunningOrg, path: string, more: Headers = {}) {
  return { url: `${url}${path}`, headers: { Authorization: `SSWS ${adminToken}`, ...more } }
}

const small = await startOrg()
const bare = megabytes()
const filled = await timed(() => startOrg({ users, edition: 'unlimited' }))
const running = filled.value
const withUsers = megabytes()
const toMs = Date.now()
const history = await timed(() => {
  fillHistory(running.org, { count: events, fromMs: toMs - 80 * DAY_MS, toMs, lateShare: 0.02 })
  return running.org.log.size
})
const withEvents = megabytes()

const client = fork(fileURLToPath(new URL('emulator-client.ts', import.meta.url)), {
  execArgv: ['--conditions=source'],
})
const since = new Date(toMs - 40 * DAY_MS).toISOString()
const until = new Date(toMs - 20 * DAY_MS).toISOString()
const failures = `filter=${encodeURIComponent('outcome.result eq "FAILURE"')}`
const gzip = { 'Accept-Encoding': 'gzip' }
// The emulator keeps the rows of lists as text, but not of those that ask for less than all.
const asForTheFirstTime = {
  'Content-Type': 'application/json; okta-response=omitTransitioningToStatus',
}
const cases: readonly (readonly [string, string, Headers?])[] = [
  ['no events', '/api/v1/logs?limit=0'],
  ['200 users', '/api/v1/users?limit=200'],
  ['200 users, as for the first time', '/api/v1/users?limit=200', asForTheFirstTime],
  ['200 users, gzip', '/api/v1/users?limit=200', gzip],
  [
    '200 users found by `search=status eq "ACTIVE"`',
    '/api/v1/users?limit=200&search=status+eq+%22ACTIVE%22',
  ],
  ['1,000 events, polling', `/api/v1/logs?limit=1000&since=${since}`],
  ['1,000 events, polling, gzip', `/api/v1/logs?limit=1000&since=${since}`, gzip],
  ['1,000 events, polling with a filter', `/api/v1/logs?limit=1000&since=${since}&${failures}`],
  ['1,000 events of a window', `/api/v1/logs?limit=1000&since=${since}&until=${until}`],
]
const tables: Table[] = []
let afterAnswers: number
try {
  const cpu = await measure(
    cases.map(([name, path, more]) => cpuOf(name, client, ordersOf(running, path, more))),
    rounds,
  )
  tables.push({ title: 'CPU of the server for an answer', unit: 'ms', digits: 2, figures: cpu })
  afterAnswers = megabytes()
} finally {
  client.disconnect()
  await Promise.all([running.close(), small.close()])
}
tables.push(
  {
    title: 'memory of the process (RSS), once',
    unit: 'MB',
    digits: 0,
    figures: [
      taken('an org with one user', bare, bare),
      taken('and one with 200,000 users', withUsers, bare),
      taken('and 1,000,000 events', withEvents, bare),
      taken('and after all answers', afterAnswers, bare),
    ],
  },
  {
    title: 'time to fill an org, once',
    unit: 'ms',
    digits: 0,
    figures: [
      taken('200,000 users, with groups and apps', filled.ms, filled.ms),
      taken('1,000,000 events', history.ms, filled.ms),
    ],
  },
)

const start = await measure(
  [
    wholeProcess('`node -e 0`', '0'),
    wholeProcess(
      'an org with 1,000 users, one answer, end',
      `import { startOrg } from ${JSON.stringify(import.meta.resolve('@postern/emulator'))}
       const running = await startOrg({ users: 1000 })
       const headers = { Authorization: 'SSWS ' + running.adminToken }
       await (await fetch(running.url + '/api/v1/users', { headers })).text()
       await running.close()
       process.exit()`,
    ),
  ],
  startRounds,
)
tables.push({ title: 'whole process', unit: 'ms', digits: 0, figures: start })
report('emulator', 'npm run emulator -w bench', tables)
