/** @module The feeds of a demo, or of an org that is just connected: one for each input, into files and the database. */

import { setTimeout } from 'node:timers/promises'
import { systemClock } from '@postern/core'
import type { ApiClient } from '../../api-client.ts'
import { ApiProblem } from '../../api-problem.ts'
import { formatCount, formatCountOf } from '../../count.ts'
import { type Feed, type Run, routeOf } from '../feed-output.ts'
import { type Told, timed } from './told.ts'

/** A feed of a demo. */
interface DemoFeed {
  readonly name: string
  readonly input: string
  readonly plural: string
}

/** Each feed, by what it reads. */
const demoFeeds: readonly DemoFeed[] = [
  { name: 'log', input: 'system-log', plural: 'events' },
  { name: 'users', input: 'users', plural: 'users' },
  { name: 'groups', input: 'groups', plural: 'groups' },
  { name: 'members', input: 'group-members', plural: 'members' },
  { name: 'apps', input: 'apps', plural: 'apps' },
  { name: 'assignments', input: 'app-assignments', plural: 'assignments' },
]

/** Where the feeds write to beside the database. */
const FILES = 'files'
const DATABASE = 'database'

const LOOK_AGAIN_MS = 250
// What is due when the server starts is begun before anybody asks.
const BEFORE_MS = 5_000

/** How the feeds of a connection are to be. */
export interface FeedsWanted {
  readonly connection: string
  /** Before the name of each feed and sink. */
  readonly prefix: string
  /** The folder of the files. */
  readonly path: string
  readonly retentionDays: number
  /** Minutes between two runs of the System Log, and of everything else. */
  readonly everyMinutes: { readonly log: number; readonly objects: number }
}

/** Adds the sinks and feeds that are not there yet. A feed gets its schedule when it has run once. */
export async function addFeeds(
  api: ApiClient,
  { connection, prefix, path, retentionDays }: FeedsWanted,
): Promise<void> {
  const { sinks } = await api.call<{ readonly sinks: readonly { readonly name: string }[] }>(
    'GET',
    '/v1/sinks',
  )
  const wanted = [
    { name: prefix + FILES, kind: 'jsonl', settings: { path } },
    { name: prefix + DATABASE, kind: 'store', settings: { retentionDays } },
  ]
  for (const sink of wanted) {
    if (!sinks.some(({ name }) => name === sink.name)) await api.call('POST', '/v1/sinks', sink)
  }
  const { feeds } = await api.call<{ readonly feeds: readonly Feed[] }>('GET', '/v1/feeds')
  const into = [FILES, DATABASE].map((sink) => prefix + sink)
  for (const { name: ownName, input } of demoFeeds) {
    const name = prefix + ownName
    if (feeds.some((feed) => feed.name === name)) continue
    await api.call('POST', '/v1/feeds', { name, connection, input, sinks: into })
  }
}

/** Runs every feed once, until it is up to date, and gives how many records each passed on since it was begun. */
export async function runFeeds(
  api: ApiClient,
  { prefix, everyMinutes }: FeedsWanted,
  told: Told,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const since = systemClock.now()
  const passedOn: Record<string, number> = {}
  for (const { name, ...rest } of demoFeeds) {
    const feed = { ...rest, name: prefix + name }
    const minutes = feed.input === 'system-log' ? everyMinutes.log : everyMinutes.objects
    const [run, took] = await timed(
      () => systemClock.monotonicMs(),
      () => runOnce(api, feed, told, signal),
    )
    told.working(undefined)
    await api.call('PATCH', routeOf(feed.name), { cron: cronOf(minutes) })
    const count = await countSince(api, feed, since)
    passedOn[feed.input] = count
    const next = NEXT[minutes] ?? `every ${minutes} minutes`
    const records = formatCountOf(count, feed.plural).padEnd(18)
    told.line(`${feed.input.padEnd(16)} ${records} in ${took}; from now on ${next}`)
    const { error } = run.report
    if (error !== undefined) told.line(`${error.message} ${error.remedy}`)
  }
  return passedOn
}

async function runOnce(
  api: ApiClient,
  { name, input }: DemoFeed,
  told: Told,
  signal: AbortSignal,
): Promise<Run> {
  for (;;) {
    try {
      const lines = api.stream<{ readonly records: number }, { readonly run: Run }>(
        'POST',
        `${routeOf(name)}/run`,
        {},
      )
      for (;;) {
        const { done, value } = await lines.next()
        if (done) return value.run
        told.working(`${input}: ${formatCount(value.records)}`)
      }
    } catch (error) {
      // Its schedule has begun it meanwhile.
      if (!(error instanceof ApiProblem && error.code === 'feed_running')) throw error
      await setTimeout(LOOK_AGAIN_MS, undefined, { signal })
    }
  }
}

const NEXT: Readonly<Record<number, string>> = {
  1: 'every minute',
  5: 'every five minutes',
  60: 'every hour',
}

function cronOf(minutes: number): string {
  if (minutes === 60) return '@hourly'
  return minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`
}

/** What its runs passed on: also those that its schedule began, where a demo goes on. */
async function countSince(api: ApiClient, { name }: DemoFeed, since: Date): Promise<number> {
  const { runs } = await api.call<{ readonly runs: readonly Run[] }>(
    'GET',
    `${routeOf(name)}/runs?limit=20`,
  )
  return runs
    .filter(({ startedAt }) => Date.parse(startedAt) >= since.getTime() - BEFORE_MS)
    .reduce((sum, { report }) => sum + report.emitted, 0)
}
