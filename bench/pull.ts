/**
 * @module A list of users to JSON lines: `Org.pages` over the program's transport beside Okta's own client (figure P1), and
 * beside a bare `node:http` loop that parses each page (figure P2). Server and clients have a core each; needs `taskset`.
 * `npm run pull -w bench [-- --write]`.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildProgram } from '../scripts/build.ts'
import { figuresOf, measure, report, type Table } from './measure.ts'

const rounds = 7
const run = promisify(execFile)
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** What a pull prints at its end. */
interface Pull {
  readonly users: number
  readonly perSecond: number
  readonly cpuMs: number
  readonly megabytes: number
}

/** Starts the stub on the second core, with so many users. */
async function startStub(users: number): Promise<{ stub: ChildProcess; url: string }> {
  const program = [process.execPath, '--conditions=source', here('pull-stub.ts'), String(users)]
  const stub = spawn('taskset', ['-c', '1', ...program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(stub, 'message')
  return { stub, url: `http://127.0.0.1:${port}` }
}

/** One pull on the first core. */
async function pull(args: readonly string[], users: number): Promise<Pull> {
  const { stdout } = await run('taskset', ['-c', '0', process.execPath, ...args])
  const pulled: Pull = JSON.parse(stdout)
  if (pulled.users === users) return pulled
  throw new Error(`${args.join(' ')} gave ${pulled.users} users of ${users}.`)
}

/** The pulls of one case, round by round. */
interface Client {
  readonly name: string
  readonly args: readonly string[]
  readonly pulls: Pull[]
}

async function compare(users: number, program: string): Promise<Table[]> {
  const client = (name: string, ...args: string[]): Client => ({ name, args, pulls: [] })
  const sdk = client(
    '`@okta/okta-sdk-nodejs`, `listUsers().each`, JSON lines',
    here('pull-sdk.mjs'),
  )
  const bare = client('bare `node:http` loop, `JSON.parse`, no lines', program, 'bare')
  const postern = client('`Org.pages`, JSON lines', program, 'postern')
  const { stub, url } = await startStub(users)
  try {
    await measure(
      [sdk, bare, postern].map(({ name, args, pulls }) => ({
        name,
        run: async () => pulls.push(await pull([...args, url], users)),
      })),
      rounds,
    )
  } finally {
    stub.kill()
  }
  const title = users.toLocaleString('en')
  const table = (unit: string, digits: number, figure: (pull: Pull) => number, peer: Client) => ({
    title: `${title} users`,
    unit,
    digits,
    figures: [peer, postern].map(({ name, pulls }) =>
      // The first round was there to warm up.
      figuresOf(name, pulls.slice(1).map(figure), peer.pulls.slice(1).map(figure)),
    ),
  })
  return [
    table('users/s', 0, ({ perSecond }) => perSecond, sdk),
    table('MB at the peak', 0, ({ megabytes }) => megabytes, sdk),
    table('users/s', 0, ({ perSecond }) => perSecond, bare),
    table('CPU µs for a user', 1, ({ cpuMs }) => (cpuMs * 1_000) / users, bare),
    table('MB at the peak', 0, ({ megabytes }) => megabytes, bare),
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
try {
  const program = join(folder, 'pull', 'pull-case.cjs')
  await buildProgram(program, here('pull-case.ts'))
  report('pull', 'npm run pull -w bench', [
    ...(await compare(20_000, program)),
    ...(await compare(100_000, program)),
  ])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
