/**
 * @module Feeds under the documented rate limits of a workforce org, with half a second for each answer, in real time
 * (figure P13): one sweeps all users, and one reads the System Log from its start, at the same time, with one token.
 * `npm run feed-walk -w bench [-- --minutes N] [-- --write]`, three minutes by default.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type InputName, Org, Secret } from '@postern/core'
import { runFeed } from '../packages/postern/src/feeds/run.ts'
import { createTransport } from '../packages/postern/src/http/transport.ts'
import { openLog } from '../packages/postern/src/log.ts'
import { openPglite } from '../packages/postern/src/store/pglite.ts'
import { openTestSeal } from '../test/test-seal.ts'
import { declareFeed } from './declare-feed.ts'
import { report } from './report.ts'
import { refusalsByWindow, type Seen, startWalkOrg, watched } from './walk-watch.ts'

/** A feed, and what was answered to it. */
interface Walked {
  readonly input: InputName
  readonly path: string
  readonly seen: Seen[]
  records: number
}

// Of the pacer: the rest is for whoever else uses the token.
const SHARE = 0.9
// More than the limits let through in a minute, so that no feed is at its end too early.
const USERS_PER_MINUTE = 60_000
const EVENTS_PER_MINUTE = 60_000
const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '3' }, write: { type: 'boolean' } },
})
const minutes = Number(flags.minutes)
const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const feeds: readonly Walked[] = [
  { input: 'users', path: '/api/v1/users', seen: [], records: 0 },
  { input: 'system-log', path: '/api/v1/logs', seen: [], records: 0 },
]

/** Runs all feeds until the time is over. */
async function walk(): Promise<void> {
  const { child, at } = await startWalkOrg({
    users: Math.ceil(USERS_PER_MINUTE * (minutes + 1)),
    events: Math.ceil(EVENTS_PER_MINUTE * (minutes + 1)),
    tokenShare: 0.5,
  })
  const store = await openPglite(folder)
  const transport = feeds.reduce(
    (send, { path, seen }) => watched(path, send, seen),
    createTransport({ loopbackOrigins: new Set([at.url]) }),
  )
  const org = new Org({
    url: at.url,
    dev: true,
    credential: { kind: 'api-token', apiToken: new Secret(at.adminToken) },
    transport,
  })
  const context = {
    store,
    seal: await openTestSeal(store),
    clock: org.clock,
    outbound: transport,
    dev: true,
    log: openLog({ level: 'silent' }),
    connections: { open: async () => ({ org, signal: new AbortController().signal }) },
  }
  for (const { input } of feeds) await declareFeed(store, input, { url: at.url, folder })
  const signal = AbortSignal.timeout(minutes * 60_000)
  try {
    await Promise.all(feeds.map((feed) => runUntil(signal, context, feed)))
  } finally {
    child.kill()
    await store.close()
  }
}

async function runUntil(
  signal: AbortSignal,
  context: Parameters<typeof runFeed>[0],
  feed: Walked,
): Promise<void> {
  try {
    const finished = await runFeed(context, feed.input, {
      ...{ trigger: 'schedule', signal, budgetMs: minutes * 120_000 },
      onProgress: ({ records }) => {
        feed.records = records
      },
    })
    if (!signal.aborted) throw new Error(`${feed.input} ended: ${JSON.stringify(finished)}`)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function rowOf({ input, path, seen, records }: Walked): (string | number)[] {
  const answered = seen.filter(({ status }) => status === 200).length / minutes
  const allowed = Math.max(...seen.map(({ limit }) => limit)) * SHARE
  const refused = refusalsByWindow(seen).reduce((sum, count) => sum + count, 0)
  return [
    `${input}: ${path}`,
    allowed.toFixed(0),
    answered.toFixed(1),
    (answered / allowed).toFixed(2),
    refused,
    records.toLocaleString('en'),
  ]
}

try {
  await walk()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
report(
  'feed-walk',
  `npm run feed-walk -w bench${minutes === 3 ? '' : ` -- --minutes ${minutes}`}`,
  [
    {
      columns: [
        `feed, ${minutes} minutes, 0.5 s an answer`,
        'allowed a minute: limit x share of 0.9',
        'answered a minute',
        'ratio',
        '429',
        'records',
      ],
      rows: feeds.map(rowOf),
    },
  ],
)
process.exit()
