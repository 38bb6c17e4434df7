/**
 * @module A list of users to JSON lines: `Org.pages` over the program's transport beside Okta's own client (figure P1), and
 * beside a bare `node:http` loop that parses each page (figure P2). Server and clients have a core each; needs `taskset`.
 * `npm run pull -w bench [-- --write]`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildProgram } from '../scripts/build.ts'
import { figuresOf, measure } from './measure.ts'
import { type Pull, pull, startStub } from './pull-run.ts'
import { report, type Table } from './report.ts'

const rounds = 7
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

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
