/**
 * @module How cost grows: 1, 100 and 10,000 connections on PostgreSQL; a walk and a copy of 1,000, 100,000 and, of the walk,
 * 1,000,000 users; 1, 10 and 100 feeds of one worker, each every minute. What is measured is processor time and memory, which
 * other work on the machine changes little. Needs `taskset`. `npm run growth -w bench [-- --write] [-- --million] [-- --small]`:
 * with `--million` as many users are copied too, which takes ten minutes more; `--small` shows in two that it runs.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildProgram } from '../scripts/build.ts'
import type { FleetFigures } from './fleet-case.ts'
import { runFleet } from './fleet-run.ts'
import { type ConnectionFigures, measureConnections } from './growth-connections.ts'
import { runOnce } from './log-feed-run.ts'
import { pull, startStub } from './pull-run.ts'
import { type Growth, report } from './report.ts'

const isSmall = process.argv.includes('--small')
const CONNECTIONS = isSmall ? [1, 10, 100] : [1, 100, 10_000]
const WALKED = isSmall ? [1_000, 10_000] : [1_000, 100_000, 1_000_000]
const COPIED = process.argv.includes('--million')
  ? WALKED
  : [1_000, 10_000, ...(isSmall ? [] : [100_000])]
const FEEDS = isSmall ? [1, 10] : [1, 10, 100]
const MEASURED_SECONDS = 60

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

type Lines = Readonly<Record<string, readonly (readonly [size: number, figure: number])[]>>

/** @param next - what bounds it next, in a sentence */
function growth(
  { next, ...about }: Omit<Growth, 'lines' | 'meaning'> & { readonly next: string },
  lines: Lines,
): Growth {
  const factors = Object.entries(lines).map(([name, points]) => {
    const [[, first] = [], [, last] = []] = [points.at(0), points.at(-1)]
    return `${name} ${((last ?? Number.NaN) / (first ?? Number.NaN)).toFixed(2)} x`
  })
  const sizes = Object.values(lines).flatMap((points) => points.map(([size]) => size))
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
  const span = `From ${least.toLocaleString('en')} to ${most.toLocaleString('en')} ${about.over}`
  return {
    ...about,
    lines: Object.entries(lines).map(([name, points]) => ({ name, points })),
    meaning: `${span}: ${factors.join(', ')}. ${next}`,
  }
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function growConnections(): Promise<readonly Growth[]> {
  const figures: (readonly [number, ConnectionFigures])[] = []
  for (const connections of CONNECTIONS) {
    process.stderr.write(`${connections} connections\n`)
    const measured = await inFolder((folder) => measureConnections(folder, connections))
    figures.push([connections, measured])
  }
  const of = (member: keyof ConnectionFigures) =>
    figures.map(([size, measured]) => [size, measured[member]] as const)
  return [
    growth(
      {
        ...{ title: 'a request', unit: 'ms of a processor', over: 'connections', digits: 2 },
        next: 'What bounds a process is how much is asked of it in a second, not how many connections are kept.',
      },
      {
        'the first token': of('firstTokenMs'),
        'a token that is held': of('tokenMs'),
        'a proxied call': of('proxiedMs'),
        'a page of 50 connections': of('listMs'),
      },
    ),
    growth(
      {
        ...{
          title: 'a process at rest',
          unit: 'ms of a processor',
          over: 'connections',
          digits: 1,
        },
        next: 'Starting reads no connection. At rest, a process looks once a second at those that it used in the last 90 seconds: the next limit of one process.',
      },
      { 'to start': of('startMs'), 'a second, all of them in use': of('idleMs') },
    ),
    growth(
      {
        ...{ title: 'memory', unit: 'MB', over: 'connections', digits: 0 },
        next: 'What is kept takes no memory until it is used; each connection that was used holds its key, its token and its rate limit until the process ends, which bounds one process.',
      },
      { 'after the start': of('startMegabytes'), 'after all were used': of('megabytes') },
    ),
  ]
}

async function growUsers(): Promise<readonly Growth[]> {
  const walked: (readonly [number, Awaited<ReturnType<typeof pull>>])[] = []
  const copied: (readonly [number, Awaited<ReturnType<typeof runOnce>>])[] = []
  await inFolder(async (folder) => {
    const program = join(folder, 'growth', 'pull-case.cjs')
    await buildProgram(program, here('pull-case.ts'))
    for (const users of new Set<number>([...WALKED, ...COPIED])) {
      process.stderr.write(`${users} users\n`)
      const { stub, url } = await startStub(users)
      const args = [program, 'read', url, join(folder, 'users.jsonl')]
      if (WALKED.includes(users)) walked.push([users, await pull(args, users)])
      if (COPIED.includes(users)) copied.push([users, await runOnce('users', url, users)])
      stub.kill()
    }
  })
  const inOrder = <Row>(rows: readonly (readonly [number, Row])[]) =>
    rows.toSorted(([one], [other]) => one - other)
  return [
    growth(
      {
        ...{ title: 'a user', unit: 'µs of a processor', over: 'users', digits: 0 },
        next: 'A thousand users have to carry the start of a process alone; what bounds a walk of many is the rate limit of the org.',
      },
      {
        'a walk into a file': inOrder(walked).map(([n, { cpuMs }]) => [n, (cpuMs * 1_000) / n]),
        'a first copy, embedded store': inOrder(copied).map(([n, { cpuMs }]) => [
          ...([n, (cpuMs * 1_000) / n] as const),
        ]),
      },
    ),
    growth(
      {
        ...{ title: 'memory', unit: 'MB', over: 'users', digits: 0 },
        next: 'One page is stored while the next one is read, whatever is behind it; what grows, and bounds a copy, is the disk.',
      },
      {
        'a walk, at the peak': inOrder(walked).map(([n, { megabytes }]) => [n, megabytes]),
        'a first copy, above its first page': inOrder(copied).map(([n, { grownMb }]) => [
          ...([n, Math.max(1, grownMb)] as const),
        ]),
      },
    ),
  ]
}

async function growFeeds(): Promise<readonly Growth[]> {
  process.stderr.write('feeds\n')
  const figures = await Promise.all(
    FEEDS.map(async (feeds): Promise<readonly [number, FleetFigures]> => {
      const fleet = { orgs: feeds, kept: feeds, inputs: ['system-log'] as const }
      return [feeds, await runFleet({ ...fleet, measuredSeconds: MEASURED_SECONDS })]
    }),
  )
  const late = (part: number) =>
    figures.map(
      ([size, { lateMs }]) => [size, lateMs[Math.floor(part * (lateMs.length - 1))] ?? 0] as const,
    )
  return [
    growth(
      {
        ...{ title: 'feeds every minute', unit: 'ms of a processor in a minute', over: 'feeds' },
        digits: 0,
        next: 'A worker without a feed looks at the queue twice a second; what each feed adds is its runs, and the limit of one worker is in fleet.',
      },
      {
        Postern: figures.map(([size, { processorMs }]) => [size, processorMs]),
        PostgreSQL: figures.map(([size, { databaseMs }]) => [size, databaseMs]),
      },
    ),
    growth(
      {
        ...{ title: 'how much later than due a run begins', unit: 'ms', over: 'feeds', digits: 0 },
        next: 'The queue is looked at every half second, whatever is in it; the next limit is a processor that is not free, or more runs due than `--concurrency` does at a time.',
      },
      { 'half of the runs': late(0.5), 'the latest': late(1) },
    ),
  ]
}

const tables = [...(await growConnections()), ...(await growUsers()), ...(await growFeeds())]
report('growth', 'npm run growth -w bench', tables)
process.exit()
