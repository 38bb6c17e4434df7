/**
 * @module The proxy (figure P7) beside nginx and beside undici's dispatch alone: what it adds to a call of one caller, how many
 * answers 32 callers get, and what a thousand callers who take nothing cost. The proxy has one core, the callers and the org
 * the other. nginx and wrk are those of Debian, of which nothing stays. `npm run proxy -w bench [-- --write]`.
 */

import { type ChildProcess, execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as passed } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { unpackDebian } from './debian.ts'
import { type Case, type Figures, figuresOf, measure } from './measure.ts'
import { writeOrg, writeProxy } from './nginx.ts'
import type { ServedProxy } from './proxy-case.ts'
import { type Grid, report } from './report.ts'

const ROUNDS = 5
const WARM_UPS = 3
const SECONDS = 2
const SLOW_CALLERS = 1_000
const TICK_MICROSECONDS = 10_000
// While they hold on; less than a minute, after which they would be cut off.
const HELD = [
  { title: `${SLOW_CALLERS} callers, 5 s`, waitMs: 5_000 },
  { title: '15 s', waitMs: 10_000 },
  { title: '30 s', waitMs: 15_000 },
] as const
const orgPort = 18_431
const nginxPort = 18_432

interface Target extends ServedProxy {
  readonly name: string
  /** Absent where it is the org itself. */
  readonly process?: ChildProcess
}

const folder = mkdtempSync(path.join(tmpdir(), 'postern-bench-'))
const debian = unpackDebian(['nginx', 'wrk', 'libluajit-5.1-2', 'libluajit-5.1-common'], folder)
const started: ChildProcess[] = []
const loadBefore = loadavg()[0] ?? 0
try {
  await run()
} finally {
  for (const child of started) child.kill()
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const orgUrl = `http://127.0.0.1:${orgPort}`
  startNginx(1, writeOrg(folder, orgPort))
  const proxy = startNginx(0, writeProxy(folder, nginxPort, orgPort))
  await passed(500)
  const key = ['TEST']
  const direct = { name: 'no proxy', url: orgUrl, accessKeys: key }
  const nginxUrl = `http://127.0.0.1:${nginxPort}`
  const nginx = { name: 'nginx', url: nginxUrl, accessKeys: key, process: proxy }
  const bare = await serve('bare', orgUrl)
  const postern = await serve('postern', orgUrl)
  const proxies = [nginx, bare, postern]
  const times = (body: Body) =>
    measure(
      [...proxies, direct].map((target) => timeOf(target, body)),
      ROUNDS,
    )
  await warmUp(proxies)
  const [smallTimes, largeTimes] = [await times('small'), await times('large')]
  const small = await measureRates(proxies, 'small')
  const large = await measureRates(proxies, 'large')
  const memory = [await holdSlow(bare), await holdSlow(postern)]
  const unit = 'answers/s'
  report('proxy', 'npm run proxy -w bench -- --write', [
    { title: 'one caller, 80 B, half of the calls', unit: 'ms', digits: 3, figures: smallTimes },
    { title: 'one caller, 194 KB, half of the calls', unit: 'ms', digits: 3, figures: largeTimes },
    { title: '32 callers, 80 B', unit, digits: 0, figures: small.rates },
    { title: '32 callers, 194 KB', unit, digits: 0, figures: large.rates },
    { title: 'processor time, 80 B', unit: 'µs an answer', digits: 0, figures: small.costs },
    { title: 'processor time, 194 KB', unit: 'µs an answer', digits: 0, figures: large.costs },
    { columns: ['MB of memory', 'at rest', ...HELD.map(({ title }) => title)], rows: memory },
    goals({ smallTimes, largeTimes, smallRates: small.rates, largeRates: large.rates }),
    loadGrid(),
  ])
}

type Body = 'small' | 'large'

function startNginx(core: number, configuration: string): ChildProcess {
  const args = ['-c', String(core), debian.program('usr/sbin/nginx'), '-c', configuration]
  const child = spawn('taskset', args, { env: debian.env, stdio: ['ignore', 'inherit', 'ignore'] })
  started.push(child)
  return child
}

async function serve(kind: 'bare' | 'postern', orgUrl: string): Promise<Target> {
  const file = fileURLToPath(new URL('proxy-case.ts', import.meta.url))
  const child = fork(file, [kind, orgUrl], {
    execArgv: ['--conditions=source', '--liftoff-only', '--expose-gc'],
  })
  started.push(child)
  const [served] = await once(child, 'message')
  await promisify(execFile)('taskset', ['-a', '-cp', '0', String(child.pid)])
  const name = kind === 'bare' ? 'undici dispatch alone' : 'postern'
  return { name, process: child, ...served }
}

function timeOf(target: Target, body: Body): Case {
  return { name: target.name, run: async () => (await load(target, { body, callers: 1 })).halfMs }
}

/** Until what is compiled while it runs is compiled. */
async function warmUp(targets: readonly Target[]): Promise<void> {
  for (const target of targets) {
    for (let at = 0; at < WARM_UPS; at++) {
      await load(target, { body: 'small', callers: 32 })
      await load(target, { body: 'large', callers: 32 })
    }
  }
}

/** How many answers 32 callers get, and what one costs the proxy, whatever else the machine does meanwhile. */
async function measureRates(
  targets: readonly Target[],
  body: Body,
): Promise<{ readonly rates: readonly Figures[]; readonly costs: readonly Figures[] }> {
  const costs = targets.map((): number[] => [])
  const cases = targets.map((target, index): Case => {
    const run = async () => {
      const before = processorMicroseconds(target)
      const { answers, perSecond } = await load(target, { body, callers: 32 })
      costs[index]?.push((processorMicroseconds(target) - before) / answers)
      return perSecond
    }
    return { name: target.name, run }
  })
  const rates = await measure(cases, ROUNDS)
  const [peer = [], ...others] = costs.map((all) => all.slice(-ROUNDS))
  const figures = [peer, ...others].map((all, index) =>
    figuresOf(targets[index]?.name ?? '', all, peer),
  )
  return { rates, costs: figures }
}

/** What Linux counted for all threads of a process. */
function processorMicroseconds({ process: proxy }: Target): number {
  const text = readFileSync(`/proc/${proxy?.pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS
}

interface Load {
  readonly halfMs: number
  readonly answers: number
  readonly perSecond: number
}

/** Has wrk ask for a while. */
async function load(
  { url, accessKeys: [accessKey] }: Target,
  { body, callers }: { readonly body: Body; readonly callers: number },
): Promise<Load> {
  const { stdout } = await promisify(execFile)(
    'taskset',
    [
      ...['-c', '1', debian.program('usr/bin/wrk'), '-t1', `-c${callers}`, `-d${SECONDS}s`],
      ...['--latency', '-H', `Authorization: Bearer ${accessKey}`, `${url}/api/v1/${body}`],
    ],
    { env: debian.env },
  )
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout)
  const [, half = '', unit = ''] = /^\s+50%\s+([\d.]+)(us|ms|s)/m.exec(stdout) ?? []
  const [, perSecond] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? []
  const toMs = { us: 0.001, ms: 1, s: 1_000 }[unit] ?? Number.NaN
  const [, answers] = /(\d+) requests in/.exec(stdout) ?? []
  return { halfMs: Number(half) * toMs, answers: Number(answers), perSecond: Number(perSecond) }
}

/** Has callers ask for 32 MB each and take nothing of it. @returns how much memory the proxy has meanwhile. */
async function holdSlow({ name, url, accessKeys, process: proxy }: Target): Promise<string[]> {
  if (proxy === undefined) throw new Error(`${name} is no process of this program`)
  const memory = async () => {
    proxy.send('memory')
    const [megabytes] = await once(proxy, 'message')
    return Math.round(megabytes).toString()
  }
  const atRest = await memory()
  const sockets: Socket[] = []
  const { hostname, port, pathname } = new URL(url)
  for (let caller = 0; caller < SLOW_CALLERS; caller++) {
    const socket = connect(Number(port), hostname).pause()
    socket.on('error', () => undefined)
    const accessKey = accessKeys[caller % accessKeys.length]
    const target = `${pathname === '/' ? '' : pathname}/api/v1/huge`
    const headers = [`Host: ${hostname}:${port}`, `Authorization: Bearer ${accessKey}`]
    socket.write([`GET ${target} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
    sockets.push(socket)
  }
  const held: string[] = []
  for (const { waitMs } of HELD) {
    await passed(waitMs)
    held.push(await memory())
  }
  for (const socket of sockets) socket.destroy()
  await passed(1_000)
  return [name, atRest, ...held]
}

interface Measured {
  readonly smallTimes: readonly Figures[]
  readonly largeTimes: readonly Figures[]
  readonly smallRates: readonly Figures[]
  readonly largeRates: readonly Figures[]
}

function goals({ smallTimes, largeTimes, smallRates, largeRates }: Measured): Grid {
  const of = (figures: readonly Figures[], name: string) =>
    figures.find((found) => found.name === name)?.median ?? Number.NaN
  const added = (figures: readonly Figures[]) =>
    `${(of(figures, 'postern') - of(figures, 'nginx')).toFixed(3)} ms`
  const share = (figures: readonly Figures[], peer: string) =>
    (of(figures, 'postern') / of(figures, peer)).toFixed(2)
  const dispatch = 'undici dispatch alone'
  return {
    columns: ['of the medians', 'wanted', '80 B', '194 KB'],
    rows: [
      ['added to nginx, one caller', '<= 0.2 ms', added(smallTimes), added(largeTimes)],
      [
        'of nginx, 32 callers',
        '>= 0.2, >= 0.5',
        share(smallRates, 'nginx'),
        share(largeRates, 'nginx'),
      ],
      [
        'of undici dispatch, 32 callers',
        '>= 0.85',
        share(smallRates, dispatch),
        share(largeRates, dispatch),
      ],
    ],
  }
}

/** What else the machine did: with its cores taken, absolute figures are worse, and ratios of processes that share a core. */
function loadGrid(): Grid {
  return {
    columns: ['load of the machine', 'before', 'after'],
    rows: [['processes that wanted to run', loadBefore.toFixed(1), (loadavg()[0] ?? 0).toFixed(1)]],
  }
}
