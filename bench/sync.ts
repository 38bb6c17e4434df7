/**
 * @module A sync of users to a file of JSON lines through `read`, with a cursor, pacing and each record once: beside a bare
 * `node:http` loop that parses each page (figure P2), and its memory for ten times as many (figure P3). Then the same users
 * through a feed on the embedded store. Server and clients have a core each; needs `taskset`.
 * `npm run sync -w bench [-- --write]`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildProgram } from '../scripts/build.ts'
import { runOnce } from './log-feed-run.ts'
import { figuresOf, measure } from './measure.ts'
import { type Pull, pull, startStub } from './pull-run.ts'
import { type Grid, report, type Table } from './report.ts'

const FEW = 100_000
const MANY = 1_000_000
const ROUNDS = 5
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const program = join(folder, 'sync', 'pull-case.cjs')

/** Of pull-case.ts. */
type Kind = 'read' | 'read-unheld'

/** Gives a task the address of so many users. */
async function withStub<T>(users: number, task: (url: string) => Promise<T>): Promise<T> {
  const { stub, url } = await startStub(users)
  try {
    return await task(url)
  } finally {
    stub.kill()
  }
}

function readToFile(url: string, users: number, kind: Kind = 'read'): Promise<Pull> {
  return pull([program, kind, url, join(folder, 'users.jsonl')], users)
}

async function compareWithBare(): Promise<Table[]> {
  const bare = { name: 'bare `node:http` loop, `JSON.parse`, no lines', pulls: [] as Pull[] }
  const sync = { name: '`read`, JSON lines in a file', pulls: [] as Pull[] }
  await withStub(FEW, (url) =>
    measure(
      [
        {
          name: bare.name,
          run: async () => bare.pulls.push(await pull([program, 'bare', url], FEW)),
        },
        { name: sync.name, run: async () => sync.pulls.push(await readToFile(url, FEW)) },
      ],
      ROUNDS,
    ),
  )
  const table = (unit: string, digits: number, figure: (pulled: Pull) => number): Table => ({
    title: `${FEW.toLocaleString('en')} users`,
    unit,
    digits,
    figures: [bare, sync].map(({ name, pulls }) =>
      // The first round was there to warm up.
      figuresOf(name, pulls.slice(1).map(figure), bare.pulls.slice(1).map(figure)),
    ),
  })
  return [
    table('users/s', 0, ({ perSecond }) => perSecond),
    table('CPU µs for a user', 1, ({ cpuMs }) => (cpuMs * 1_000) / FEW),
    table('MB at the peak', 0, ({ megabytes }) => megabytes),
  ]
}

/** The memory and the processor's work of one kind of read for few and for many. */
async function compareMany(title: string, kind: Kind): Promise<Table[]> {
  const few: Pull[] = []
  const many: Pull[] = []
  for (let round = 0; round < ROUNDS; round++) {
    few.push(await withStub(FEW, (url) => readToFile(url, FEW, kind)))
    many.push(await withStub(MANY, (url) => readToFile(url, MANY, kind)))
  }
  const table = (unit: string, digits: number, figure: (pulled: Pull) => number): Table => ({
    title,
    unit,
    digits,
    figures: [few, many].map((pulls) =>
      figuresOf(
        `${pulls[0]?.users.toLocaleString('en')} users`,
        pulls.map(figure),
        few.map(figure),
      ),
    ),
  })
  return [
    table('MB at the peak', 0, ({ megabytes }) => megabytes),
    table('CPU µs for a user', 1, ({ cpuMs, users }) => (cpuMs * 1_000) / users),
  ]
}

async function runFeedOnce(): Promise<Grid> {
  const { perSecond, grownMb } = await withStub(FEW, (url) => runOnce('users', url, FEW))
  return {
    columns: ['a feed of users on PGlite, its first run', 'users/s', 'MB above the first page'],
    rows: [[FEW.toLocaleString('en'), perSecond.toFixed(0), grownMb.toFixed(0)]],
  }
}

try {
  await buildProgram(program, here('pull-case.ts'))
  report('sync', 'npm run sync -w bench', [
    ...(await compareWithBare()),
    ...(await compareMany('`read`, JSON lines in a file', 'read')),
    ...(await compareMany('the same, the young generation not held', 'read-unheld')),
    await runFeedOnce(),
  ])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
