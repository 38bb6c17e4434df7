/**
 * @module Walks under the documented rate limits of a workforce org, with half a second for each answer, in real time
 * (figure P13): alone, and beside another client that takes half of the bucket. All scenarios run at the same time, each
 * with an org of its own. `npm run walk -w bench [-- --minutes N] [-- --write]`, ten minutes by default.
 */

import { setInterval } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import {
  type Credential,
  type InputName,
  importKey,
  Org,
  type ReadOptions,
  read,
  Secret,
} from '@postern/core'
import { createTransport } from '../packages/postern/src/http/transport.ts'
import { report } from './report.ts'
import type { WalkOrg, WalkOrgOptions } from './walk-org.ts'
import { refusalsByWindow, type Seen, startWalkOrg, watched } from './walk-watch.ts'

/** A walk, and what else happens to its bucket. */
interface Scenario {
  readonly name: string
  readonly input: InputName
  readonly path: string
  readonly org: Partial<WalkOrgOptions>
  /** Requests a minute that are the walk's to use. @param limit - as the headers say. */
  readonly allowed: (limit: number) => number
  readonly foreign?: { readonly perMinute: number; readonly token: 'the same' | 'another' }
}

/** What a scenario came to. */
interface Outcome {
  readonly scenario: Scenario
  readonly seen: readonly Seen[]
  readonly records: number
  readonly foreignRefusals: number
}

// Of the pacer: the rest is for whoever else uses the token.
const share = 0.9
const dayMs = 86_400_000
const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, write: { type: 'boolean' } },
})
const minutes = Number(flags.minutes)

const alone = (limit: number) => limit * share
const users = {
  input: 'users',
  path: '/api/v1/users',
  org: { users: 20_000 },
  allowed: alone,
} as const

const scenarios: readonly Scenario[] = [
  {
    name: 'System Log, 100,000 events again and again, one chain',
    input: 'system-log',
    path: '/api/v1/logs',
    org: { events: 100_000 },
    allowed: alone,
  },
  { ...users, name: '20,000 users, again and again' },
  { ...users, name: '600,000 users, one walk', org: { users: 600_000 } },
  {
    ...users,
    name: '20,000 users; another client takes 150 of 300 with the same token',
    allowed: (limit) => limit * share - 150,
    foreign: { perMinute: 150, token: 'the same' },
  },
  {
    ...users,
    name: '20,000 users; another client takes 300 of 600 with a token of its own',
    foreign: { perMinute: 300, token: 'another' },
  },
  {
    ...users,
    name: '20,000 users; the same where one token may use all of a bucket, and headers show nothing of others',
    org: { users: 20_000, tokenShare: 1 },
    allowed: (limit) => (limit - 300) * share,
    foreign: { perMinute: 300, token: 'another' },
  },
]

async function run(scenario: Scenario): Promise<Outcome> {
  const { child, at } = await startWalkOrg({
    users: 1,
    events: 0,
    tokenShare: 0.5,
    ...scenario.org,
  })
  const seen: Seen[] = []
  const org = new Org({
    url: at.url,
    dev: true,
    credential: await credentialOf(scenario, at),
    transport: watched(
      scenario.path,
      createTransport({ loopbackOrigins: new Set([at.url]) }),
      seen,
    ),
  })
  const signal = AbortSignal.timeout(minutes * 60_000)
  try {
    const [records, foreignRefusals] = await Promise.all([
      walkAgain(org, scenario, signal),
      askBeside(scenario, at, signal),
    ])
    return { scenario, seen, records, foreignRefusals }
  } finally {
    child.kill()
  }
}

/** The other client has the API token; a walk that has another one has that of the service app. */
async function credentialOf({ foreign }: Scenario, at: WalkOrg): Promise<Credential> {
  if (foreign?.token !== 'another') {
    return { kind: 'api-token', apiToken: new Secret(at.adminToken) }
  }
  const key = await importKey(at.key)
  return { kind: 'service-app', clientId: at.clientId, key, scopes: ['okta.users.read'] }
}

/** Reads the input from its start to its end, again and again until the time is over. How many records that were. */
async function walkAgain(org: Org, { input }: Scenario, signal: AbortSignal): Promise<number> {
  let records = 0
  const until = new Date()
  const window = { since: new Date(until.getTime() - dayMs), until }
  const options: ReadOptions = { signal, ...(input === 'system-log' ? window : {}) }
  try {
    for (;;) {
      for await (const batch of read(org, input, options)) records += batch.records.length
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return records
  }
}

/** Asks the same list evenly, and never waits for anything. How often it was refused. */
async function askBeside(
  { foreign, path }: Scenario,
  at: WalkOrg,
  signal: AbortSignal,
): Promise<number> {
  if (foreign === undefined) return 0
  const headers = { authorization: `SSWS ${at.adminToken}` }
  const asked: Promise<number>[] = []
  const ask = async () => {
    const answer = await fetch(`${at.url}${path}?limit=1`, { headers })
    await answer.arrayBuffer()
    return answer.status
  }
  try {
    for await (const _ of setInterval(60_000 / foreign.perMinute, undefined, { signal })) {
      asked.push(ask())
    }
  } catch {
    // The time is over.
  }
  return (await Promise.all(asked)).filter((status) => status === 429).length
}

function rowOf({ scenario, seen, records, foreignRefusals }: Outcome): (string | number)[] {
  const { name, allowed, foreign } = scenario
  const answered = seen.filter(({ status }) => status === 200).length / minutes
  const [firstRefusals = 0, ...laterRefusals] = refusalsByWindow(seen)
  const allowedPerMinute = allowed(Math.max(...seen.map(({ limit }) => limit)))
  return [
    name,
    allowedPerMinute.toFixed(0),
    answered.toFixed(1),
    (answered / allowedPerMinute).toFixed(2),
    firstRefusals,
    Math.max(0, ...laterRefusals),
    laterRefusals.length,
    foreign ? foreignRefusals : '',
    records.toLocaleString('en'),
  ]
}

const outcomes = await Promise.all(scenarios.map(run))
report('walk', `npm run walk -w bench${minutes === 10 ? '' : ` -- --minutes ${minutes}`}`, [
  {
    columns: [
      `${minutes} minutes, 0.5 s an answer`,
      'allowed a minute: limit x share of 0.9, less others',
      'answered a minute',
      'ratio',
      '429 in the first window with any',
      '429 in a later one, at most',
      'later ones with any',
      '429 of the other client',
      'records',
    ],
    rows: outcomes.map(rowOf),
  },
])
process.exit()
