/** @module Plays feeds against an org with small limits, in time that passes only while everybody waits, and notes every call. */

import { type InputName, type Pacer, Secret } from '@postern/core'
import {
  addEvents,
  type OrgCall,
  type PlannedFault,
  type RunningOrg,
  startOrg,
} from '@postern/emulator'
import { VirtualTime } from '../../../../test/virtual-time.ts'
import { runFeed } from '../../src/feeds/run.ts'
import type { FinishedRun } from '../../src/feeds/run-options.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { jsonlSink } from './held.ts'
import { judgePace, type PaceVerdict, windowsOf } from './pace.ts'
import { addConnection, addFeed, openWorker, type SceneFeed } from './scene.ts'

/** The buckets that feeds read from. */
export const readBuckets = [
  '/api/v1/logs',
  '/api/v1/users',
  '/api/v1/users/{idOrLogin}',
  '/api/v1/groups',
  '/api/v1/groups/{id}',
  '/api/v1/apps',
  '/api/v1/apps/{id}',
] as const

/** Requests of others, which the connection only hears of where they used a bucket up. */
export interface OthersCalls {
  readonly bucket: (typeof readBuckets)[number]
  /** How long after the beginning. */
  readonly afterMs: number
  readonly count: number
}

/** What there is to read, how fast the org lets it be read, and what is in the way. */
export interface PacedSchedule {
  /** They run at the same time, over one connection. */
  readonly feeds: readonly InputName[]
  /** Of each bucket, for the whole org; half of it is one caller's. */
  readonly orgLimit: number
  readonly latencyMs: number
  readonly events: number
  /** How many users and groups are changed between runs, and so read again by their ids. */
  readonly changes: number
  readonly others: readonly OthersCalls[]
  readonly disturbances: readonly PlannedFault[]
}

/** What schedules are played with. */
export interface PacedStage {
  readonly store: Store
  readonly seal: Seal
  readonly folder: string
  /** Breaks the pacer of the connection. */
  readonly breakPacer?: (pacer: Pacer) => void
}

/** What came of a schedule. */
export interface PacedResult {
  readonly verdict: PaceVerdict
  /** Windows whose share was used to the last call, and calls that were refused. */
  readonly full: number
  readonly refused: number
}

const MINUTE_MS = 60_000
const START = new Date('2026-03-30T12:00:00.437Z')
// So that the log takes many calls; pages that end early would end a run.
const SHORT_PAGES = 'page-too-big=limit:130,path:/api/v1/logs'
const MAX_RUNS = 60
// Times of the runs that follow a change: it is heard of, read by its id, and read once more.
const AFTER_CHANGE_MS = [0, 31_000, 6 * MINUTE_MS]

let played = 0

/** Plays a schedule to its end. */
export async function playPaced(stage: PacedStage, schedule: PacedSchedule): Promise<PacedResult> {
  const time = new VirtualTime(START)
  const calls: OrgCall[] = []
  const running = await startOrg({
    ...{ clock: time, edition: 'unlimited', keyType: 'EC', users: 14, groups: 6, apps: 3 },
    onCall: (call) => calls.push(call),
  })
  try {
    const number = ++played
    const { store, seal, folder, breakPacer } = stage
    const connection = `org-${number}`
    const { latencyMs } = schedule
    const worker = openWorker({
      ...{ store, seal, clock: time },
      through: (transport) => async (request) => {
        await time.sleep(latencyMs / 2, { signal: request.signal })
        return time.delay(latencyMs / 2, transport)(request)
      },
    })
    // Not the app: what it signs takes real time, in which this one would go on.
    const values = { orgUrl: running.url, apiToken: new Secret(running.adminToken) }
    await addConnection(worker, running, connection, values)
    const { pacer } = (await worker.connections.open(connection)).org
    breakPacer?.(pacer)
    const feeds: SceneFeed[] = []
    for (const input of schedule.feeds) {
      const name = `${input}-${number}`
      const sinks = [await jsonlSink(folder, `${name}-files`)]
      const settings = input === 'system-log' ? { since: START.toISOString() } : {}
      feeds.push(await addFeed(worker, { name, input, connection, sinks, settings }))
    }
    addEvents(running.org, { count: schedule.events })
    // What connecting sent is in windows that are over.
    await time.sleep(2 * MINUTE_MS)
    calls.length = 0
    for (const bucket of readBuckets) running.limits.overrides.set(bucket, schedule.orgLimit)
    running.faults.follow(schedule.disturbances)
    running.faults.on(SHORT_PAGES)
    for (const { bucket, afterMs, count } of schedule.others) {
      void time.sleep(afterMs).then(() => {
        const nowMs = running.org.time.nowMs()
        for (let call = 0; call < count; call++) running.limits.count('others', bucket, nowMs)
      })
    }
    const runAll = () =>
      Promise.all(
        feeds.map(async ({ id }) => {
          const options = { trigger: 'request' } as const
          let finished: FinishedRun | undefined
          for (let run = 0; run < MAX_RUNS; run++) {
            finished = await runFeed(worker, id, options)
            if (finished?.outcome === 'ok' && !finished.more) return
            await time.sleep(MINUTE_MS)
          }
          throw new Error(`A feed does not come to its end: ${JSON.stringify(finished)}.`)
        }),
      )
    await runAll()
    change(running, schedule.changes)
    for (const afterMs of AFTER_CHANGE_MS) {
      await time.sleep(afterMs)
      await runAll()
    }
    await worker.connections.close()
    const share = 0.9
    return {
      verdict: judgePace(calls, { share, latencyMs }),
      full: windowsOf(calls).filter(({ limit, used }) => used === Math.floor(limit * share)).length,
      refused: calls.filter(({ status }) => status === 429).length,
    }
  } finally {
    await running.close()
  }
}

/** Lets the log tell of a change of the first users and groups, without a call that would be counted. */
function change({ org }: RunningOrg, count: number): void {
  const publishedMs = org.time.nowMs()
  const tell = (eventType: string, target: { readonly type: string; readonly id: string }) => {
    const uuid = `change-${target.id}`
    const published = new Date(publishedMs).toISOString()
    org.log.addRecorded({ uuid, eventType, published, target: [target] })
  }
  for (const { id } of [...org.users].slice(0, count)) {
    tell('user.account.update_profile', { type: 'User', id })
  }
  for (const { id } of [...org.groups].slice(0, count)) {
    tell('group.lifecycle.update', { type: 'UserGroup', id })
  }
}
