/** @module What of each answer goes into a support bundle: the members that are named here, and no others. */

import type { Aliases } from './aliases.ts'
import { type Answered, type Answers, problemOf, type SectionProblem } from './answers.ts'

type Json = Readonly<Record<string, unknown>>

/** What a member is: one of a few values of ours, a text, what is called something, or not told. */
type Shape = 'plain' | 'text' | 'names' | { readonly of: string } | ((value: unknown) => unknown)

/** The sections that come out of the API. */
export function sectionsOf(answers: Answers, aliases: Aliases): Readonly<Record<string, unknown>> {
  learnNames(answers, aliases)
  const told = teller(aliases)
  const work = (feeds: readonly Json[]) => workOf(feeds)
  return {
    status: section(answers.status, aliases, (status) => told(status, STATUS)),
    store: section(answers.store, aliases, (store) => ({
      ...told(store, { kind: 'plain', bytes: 'plain' }),
      durability: told(store['durability'], { mode: 'plain', note: 'text' }),
      tables: listOf(store['tables']).map((one) => told(one, TABLE)),
      migrations: listOf<string>(store['migrations']).map((name) => aliases.plain(name)),
      backup: told(store['backup'], { at: 'plain', ageSeconds: 'plain' }),
      masterKey: masterKeyOf(store['masterKey'], aliases),
    })),
    connections: section(answers.connections, aliases, (all) =>
      all.map((one) => ({
        ...told(one, CONNECTION),
        doctor: told(one['doctor'], { status: 'plain', at: 'plain', problems: 'names' }),
        inputsThatRun: listOf(one['inputs']).flatMap(({ name, runs }) => (runs ? [name] : [])),
      })),
    ),
    sinks: section(answers.sinks, aliases, (all) =>
      all.map((one) => ({
        ...told(one, {
          name: { of: 'sink' },
          kind: 'plain',
          createdAt: 'plain',
          updatedAt: 'plain',
        }),
        // What they are set to is where somebody's data goes.
        settings: Object.keys(objectOf(one['settings'])),
      })),
    ),
    feeds: section(answers.feeds, aliases, (all) => all.map((one) => feedOf(one, aliases))),
    work: section(answers.feeds, aliases, work),
    runs: section(answers.runs, aliases, (byFeed) =>
      Object.entries(byFeed).map(([feed, runs]) => ({
        feed: aliases.of('feed', feed),
        runs: runs.map((run) => runOf(run, aliases)),
      })),
    ),
    accessKeys: section(answers.accessKeys, aliases, (all) => ({ count: all.length })),
    metrics: section(answers.metrics, aliases, (text) => metricsOf(text, aliases)),
  }
}

const STATUS: Readonly<Record<string, Shape>> = {
  status: 'plain',
  version: 'plain',
  store: 'plain',
  locked: (value) => objectOf(value)['reason'],
}
const TABLE: Readonly<Record<string, Shape>> = { name: 'plain', bytes: 'plain', rows: 'plain' }
const CONNECTION: Readonly<Record<string, Shape>> = {
  name: { of: 'connection' },
  orgUrl: { of: 'org' },
  clientId: { of: 'client' },
  kid: { of: 'kid' },
  kind: 'plain',
  scopes: 'names',
  wants: 'names',
  jwtAlg: 'plain',
  jwtExpirySeconds: 'plain',
  jwtAudience: 'plain',
  assertionKey: 'plain',
  dpop: 'plain',
  jwksUri: (value) => value !== undefined,
  credentialSince: 'plain',
  credentialAgeDays: 'plain',
  rotationIntervalDays: 'plain',
  nextRotationAt: 'plain',
  createdAt: 'plain',
  updatedAt: 'plain',
}
const FEED: Readonly<Record<string, Shape>> = {
  name: { of: 'feed' },
  connection: { of: 'connection' },
  input: 'plain',
  state: 'plain',
  cron: 'plain',
  timezone: 'plain',
  missed: 'plain',
  since: 'plain',
  sweepHours: 'plain',
  verify: 'plain',
  nextRuns: 'names',
  upToDateAt: 'plain',
  lagSeconds: 'plain',
  gaps: 'plain',
  deadLetters: 'plain',
  createdAt: 'plain',
  updatedAt: 'plain',
}
const FEED_SINK: Readonly<Record<string, Shape>> = {
  name: { of: 'sink' },
  kind: 'plain',
  confirmed: 'plain',
  waiting: 'plain',
  failures: 'plain',
  failingSince: 'plain',
  retryAt: 'plain',
  confirmedAt: 'plain',
}
const RUN: Readonly<Record<string, Shape>> = {
  trigger: 'plain',
  startedAt: 'plain',
  endedAt: 'plain',
  outcome: 'plain',
}
const REPORT: Readonly<Record<string, Shape>> = {
  records: 'plain',
  emitted: 'plain',
  batches: 'plain',
  requests: 'plain',
  waitedMs: 'plain',
}
const ERROR: Readonly<Record<string, Shape>> = { code: 'plain', message: 'text', remedy: 'text' }

/** First every name, so that it is known wherever it stands. */
function learnNames({ connections, sinks, feeds }: Answers, aliases: Aliases): void {
  if ('value' in connections) {
    for (const { name, orgUrl, clientId, kid } of connections.value) {
      learn(aliases, 'connection', name)
      learn(aliases, 'org', orgUrl)
      if (typeof orgUrl === 'string') learn(aliases, 'org', URL.parse(orgUrl)?.hostname)
      learn(aliases, 'client', clientId)
      learn(aliases, 'kid', kid)
    }
  }
  if ('value' in sinks) for (const { name } of sinks.value) learn(aliases, 'sink', name)
  if ('value' in feeds) for (const { name } of feeds.value) learn(aliases, 'feed', name)
}

function learn(aliases: Aliases, kind: string, name: unknown): void {
  if (typeof name === 'string' && name !== '') aliases.of(kind, name)
}

function section<Value>(
  answered: Answered<Value>,
  aliases: Aliases,
  tell: (value: Value) => unknown,
): unknown {
  if ('problem' in answered) return tellProblem(answered, aliases)
  try {
    return tell(answered.value)
  } catch (error) {
    return tellProblem(problemOf(error), aliases)
  }
}

/** Why something is missing, as the bundle says it. */
export function tellProblem({ problem }: SectionProblem, aliases: Aliases): unknown {
  return { problem: teller(aliases)(problem, ERROR) }
}

/** Takes the members of a shape, each as it is to be told. */
function teller(aliases: Aliases) {
  const tellOne = (value: unknown, shape: Shape): unknown => {
    if (value === undefined || value === null) return undefined
    if (typeof shape === 'function') return aliases.plain(shape(value))
    if (shape === 'plain') return aliases.plain(value)
    if (shape === 'names') return listOf<unknown>(value).map((one) => aliases.plain(one))
    if (typeof value !== 'string') return undefined
    return shape === 'text' ? aliases.text(value) : aliases.of(shape.of, value)
  }
  return (value: unknown, shapes: Readonly<Record<string, Shape>>) => {
    if (value === undefined || value === null) return undefined
    const json = objectOf(value)
    return Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, tellOne(json[name], shape)]),
    )
  }
}

function masterKeyOf(value: unknown, aliases: Aliases): unknown {
  const { status, versions } = objectOf(value)
  const shapes = { version: 'plain', secrets: 'plain', createdAt: 'plain' } as const
  return {
    status: aliases.plain(status),
    versions: listOf(versions).map((one) => teller(aliases)(one, shapes)),
  }
}

function feedOf(feed: Json, aliases: Aliases): unknown {
  const told = teller(aliases)
  const { held, lastRun } = feed
  return {
    ...told(feed, FEED),
    spool: told(feed['spool'], { records: 'plain', bytes: 'plain' }),
    streams: listOf(feed['streams']).map((one) => told(one, { name: 'plain', at: 'plain' })),
    sinks: listOf(feed['sinks']).map((one) => ({
      ...told(one, FEED_SINK),
      error: told(one['error'], ERROR),
    })),
    held: told(held, { ...ERROR, generation: 'plain', at: 'plain', confirmedAt: 'plain' }),
    lastRun: lastRun === undefined ? undefined : runOf(objectOf(lastRun), aliases),
  }
}

function runOf(run: Json, aliases: Aliases): unknown {
  const told = teller(aliases)
  const report = objectOf(run['report'])
  return {
    ...told(run, RUN),
    ...told(report, REPORT),
    notes: listOf<string>(report['notes']).map((note) => aliases.text(String(note))),
    error: told(report['error'], ERROR),
  }
}

/** What there is to do, in sum. */
function workOf(feeds: readonly Json[]): unknown {
  const states: Record<string, number> = {}
  const sum = { records: 0, bytes: 0, waitingBatches: 0, failingSinks: 0 }
  for (const { state, spool, sinks } of feeds) {
    states[String(state)] = (states[String(state)] ?? 0) + 1
    const { records, bytes } = objectOf(spool)
    sum.records += Number(records ?? 0)
    sum.bytes += Number(bytes ?? 0)
    for (const { waiting, failures } of listOf(sinks)) {
      sum.waitingBatches += Number(waiting ?? 0)
      sum.failingSinks += Number(failures) > 0 ? 1 : 0
    }
  }
  return { feeds: states, spool: sum }
}

/** As Prometheus reads them, one line each. Labels that name something get its other word. */
function metricsOf(text: string, aliases: Aliases): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line.replace(/(\w+)="((?:[^"\\]|\\.)*)"/g, (_all, label: string, value: string) =>
        ['feed', 'connection', 'sink'].includes(label)
          ? `${label}="${aliases.of(label, value)}"`
          : `${label}="${aliases.plain(value)}"`,
      ),
    )
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function listOf<Item = Json>(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value : []
}
