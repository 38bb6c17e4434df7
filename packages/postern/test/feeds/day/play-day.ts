/** @module Plays a day: one org, the feeds that copy it, and everything that befalls them. */

import path from 'node:path'
import { addEvents, type OrgCall, type RunningOrg, startOrg } from '@postern/emulator'
import pg from 'pg'
import { makeMasterKeyFile } from '../../../src/config/master-key/file.ts'
import { OrgChanges } from './changes.ts'
import { Director } from './director.ts'
import type { DayPlan, Trouble, TroubleName } from './plan.ts'
import type { Seen } from './talk.ts'

const MINUTE_MS = 60_000
const SECOND_MS = 1_000
const START_MS = Date.parse('2026-03-30T00:00:00.000Z')
const LOG = '/api/v1/logs'
// Behind the last late event: for what is read twice, and for a complete read.
const SETTLE_MS = 25 * MINUTE_MS

/** Where a day is played. */
export interface DayStage {
  readonly dataDir: string
  readonly database: string
  readonly folder: string
  readonly tables: { readonly url: string; readonly superuserUrl: string }
}

/** What an operator saw in the middle of a trouble. */
export interface Sighting {
  readonly trouble: Trouble
  readonly seen: Seen
}

/** What came of a day. */
export interface PlayedDay {
  readonly running: RunningOrg
  readonly director: Director
  readonly changes: OrgChanges
  readonly calls: readonly OrgCall[]
  readonly sightings: readonly Sighting[]
  readonly startMs: number
}

/** Plays a day to its end. The org is there until it is closed. */
export async function playDay(stage: DayStage, plan: DayPlan): Promise<PlayedDay> {
  const keyFile = path.join(stage.dataDir, 'master-key')
  await makeMasterKeyFile(keyFile)
  const calls: OrgCall[] = []
  let nowMs = () => START_MS
  const running = await startOrg({
    clock: { now: () => new Date(nowMs()) },
    ...{ users: 200, groups: 12, apps: 3, keyType: 'EC', dpopRequired: true },
    onCall: (call) => {
      if (call.status === 429) calls.push(call)
    },
  })
  const director = new Director(START_MS, {
    ...{ dataDir: stage.dataDir, database: stage.database, keyFile },
    setUp: setUpOf(running, stage, plan),
  })
  nowMs = () => director.clock.nowMs
  const changes = new OrgChanges(running)
  const sightings: Sighting[] = []
  try {
    new DayScene({ running, director, plan, stage, sightings }).arrange(changes)
    await director.play()
    return { running, director, changes, calls, sightings, startMs: START_MS }
  } catch (error) {
    director.close()
    await running.close()
    throw error
  }
}

function setUpOf(
  { url, app, adminToken }: RunningOrg,
  { folder, tables }: DayStage,
  { sweepHours }: DayPlan,
) {
  const everywhere = ['files', 'tables']
  const of = (input: string, cron: string) => {
    return { name: input, connection: 'acme', input, cron, sinks: everywhere }
  }
  const since = new Date(START_MS).toISOString()
  return {
    orgUrl: url,
    app: {
      clientId: app.clientId,
      key: JSON.stringify(app.key),
      scopes: app.scopes.join(' '),
    },
    adminToken,
    sinks: [
      { name: 'files', kind: 'jsonl', settings: { path: folder } },
      { name: 'tables', kind: 'postgres', settings: {}, secrets: { url: tables.url } },
    ],
    feeds: [
      { ...of('system-log', '* * * * *'), since, verify: false },
      { ...of('users', '*/5 * * * *'), sweepHours },
      { ...of('groups', '*/5 * * * *'), sweepHours },
      { ...of('group-members', '*/5 * * * *'), sweepHours },
    ],
  }
}

interface SceneParts {
  readonly running: RunningOrg
  readonly director: Director
  readonly plan: DayPlan
  readonly stage: DayStage
  readonly sightings: Sighting[]
}

/** Whether an operator should be told of it while it lasts. */
function isLookedAt(name: TroubleName): boolean {
  const outages: readonly TroubleName[] = [
    ...(['org down', 'role taken', 'table down'] as const),
    ...(['another client takes the bucket', 'limit lowered'] as const),
  ]
  return outages.includes(name)
}

/** What happens in the org and to Postern, and when. */
class DayScene {
  readonly #parts: SceneParts

  constructor(parts: SceneParts) {
    this.#parts = parts
  }

  arrange(changes: OrgChanges): void {
    const { running, director, plan } = this.#parts
    const { lengthMs, perSecond, maxLateMs, changeEveryMs, troubles } = plan
    running.traffic.start({ perSecond, fromMs: START_MS, lateShare: 0.01, maxLateMs })
    for (let afterMs = changeEveryMs; afterMs < lengthMs; afterMs += changeEveryMs) {
      director.at(START_MS + afterMs, () => changes.next())
    }
    for (const trouble of troubles) this.#arrange(trouble)
    const endMs = START_MS + lengthMs
    director.at(endMs, () => running.traffic.stop())
    director.at(endMs + maxLateMs + SETTLE_MS, () => {
      void director.wish('stop')
    })
  }

  #arrange(trouble: Trouble): void {
    const { running, director, plan } = this.#parts
    const { faults, limits, org } = running
    const begin = (act: () => void | Promise<void>) => director.at(START_MS + trouble.fromMs, act)
    const end = (act: () => void | Promise<void>) => director.at(START_MS + trouble.toMs, act)
    const during = (fault: string) => {
      begin(() => void faults.on(fault))
      end(() => void faults.off(fault.split('=')[0] ?? ''))
    }
    const { name } = trouble
    if (isLookedAt(name)) this.#look(trouble)
    switch (name) {
      case 'burst':
        begin(() => addEvents(org, { count: plan.burst, overMs: 30 * SECOND_MS }))
        break
      case 'nonces forgotten':
        begin(() => void faults.on('nonces-forgotten'))
        break
      case 'nonces asked for by the APIs':
        during('nonce-required-at-apis')
        break
      case 'tokens revoked':
        begin(() => void faults.on('tokens-revoked'))
        break
      case 'tokens of ten minutes':
        during('token-life-short=600')
        break
      case 'org down':
        during('unavailable')
        break
      case 'role taken':
        during('admin-role-missing')
        break
      case 'key rotated':
        // An hour later, what is due is done without being asked for: the old key is deleted.
        begin(() => void director.wish('rotate'))
        break
      case 'another client takes the bucket':
        for (let atMs = trouble.fromMs; atMs < trouble.toMs; atMs += MINUTE_MS) {
          director.at(START_MS + atMs, () => this.#takeBucket())
        }
        break
      case 'limit lowered':
        begin(() => void limits.overrides.set(LOG, plan.lowered))
        end(() => void limits.overrides.delete(LOG))
        break
      case 'table down':
        begin(() => this.#setTables(false))
        end(() => this.#setTables(true))
        break
      case 'restart':
        begin(() => void director.wish('stop'))
        break
      case 'kill -9':
        begin(() => trouble.die && director.kill(trouble.die))
    }
  }

  /** Has the operator look when the trouble is nearly over. */
  #look(trouble: Trouble): void {
    const { director, sightings } = this.#parts
    const atMs = START_MS + trouble.fromMs + 0.9 * (trouble.toMs - trouble.fromMs)
    director.at(atMs, () => {
      void director.wish('look').then((seen) => seen && sightings.push({ trouble, seen }))
    })
  }

  /** Two callers take what they may until few requests are left to everybody else. */
  #takeBucket(): void {
    const { running, plan } = this.#parts
    const { limits, org } = running
    const nowMs = org.time.nowMs()
    const whole = limits.limitOf(LOG) / limits.share
    for (let call = 0; call < whole - plan.left; call++) {
      limits.count(`other-${call % 2}`, LOG, nowMs)
    }
  }

  async #setTables(isOpen: boolean): Promise<void> {
    const { superuserUrl } = this.#parts.stage.tables
    const url = new URL(superuserUrl)
    const name = url.pathname.slice(1)
    url.pathname = '/postgres'
    const client = new pg.Client(url.href)
    await client.connect()
    try {
      await client.query(`alter database ${name} with allow_connections ${isOpen}`)
      if (isOpen) return
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        [name],
      )
    } finally {
      await client.end()
    }
  }
}
