/** @module Schedules that run while the clock of the machine is set forwards and back, held against fires that were reckoned apart. */

import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '@postern/core'
import { Schedules } from '../../src/feeds/schedule.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import { openLog } from '../../src/log.ts'
import { emptyReport } from '../../src/store/runs.ts'
import type { Store } from '../../src/store/store.ts'
import type { MovedDate } from './moved-date.ts'
import { changesOf, reckonFires } from './reckoned-fires.ts'
import { endLeases } from './scene.ts'
import { loadFeed, storeFeed } from './stored-feed.ts'

/** Zones whose clocks are set: by an hour, half an hour, two hours; at midnight, in Ramadan, south of the equator. */
export const ROOT_ZONES = [
  ...['America/New_York', 'Europe/Prague', 'Australia/Lord_Howe', 'America/Santiago'],
  ...['Antarctica/Troll', 'Africa/Casablanca', 'America/St_Johns', 'Pacific/Chatham'],
  ...['America/Havana', 'Asia/Beirut'],
]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const STEPS = 6
const RUN_WITHIN_MS = 20_000
// As long as a queue that is asked twice a second needs to show that it has nothing.
const QUIET_MS = 1_200
// What is due sooner than that comes by itself where the clock was set back: docs/server.md.
const SOON_MS = 10 * MINUTE_MS

const expressions = ['*/5 * * * *', '*/20 * * * *', '30 * * * *', '10 1,2,3 * * *', '0 */3 * * *']

type Random = (below: number) => number

/** Plays a feed's schedule on a store: on PostgreSQL, whose clock is another, the machine's does not matter. */
export async function playDueRuns(store: Store, moved: MovedDate, random: Random) {
  return store.kind === 'pglite'
    ? playOwnClock(store, moved, random)
    : playOtherClock(store, moved, random)
}

/** The clock of an embedded store is the machine's. */
async function playOwnClock(store: Store, moved: MovedDate, random: Random) {
  const timezone = ROOT_ZONES[random(ROOT_ZONES.length)] ?? 'UTC'
  const cron = expressions[random(expressions.length)] ?? ''
  const changes = changesOf(timezone, new Date('2027-01-01'), new Date('2028-01-01'))
  const change = changes[random(changes.length)] ?? new Date('2027-06-01')
  setTo(moved, change.getTime() - random(5 * HOUR_MS))
  const desk = new Desk(store)
  await desk.begin()
  const { id } = await storeFeed(store, { cron, timezone })
  await desk.schedules.scheduleNext(await loadFeed(store, id))
  const firesAfter = (from: Date) =>
    reckonFires({ expression: cron, timezone }, from, new Date(from.getTime() + 3 * DAY_MS))
  const wrongs: string[] = []
  const seen = { runs: 0, 'jumps forward': 0, 'jumps back': 0, restarts: 0 }
  let last = new Date(Date.now() - 1)
  const next = () => firesAfter(last)[0] ?? new Date(Number.NaN)
  const expectNext = async (what: string) => {
    const { next_run_at: due } = await loadFeed(store, id)
    if (due?.getTime() !== next().getTime()) {
      const text = `${what}: due ${due?.toISOString()}, reckoned ${next().toISOString()}`
      wrongs.push(`${cron} ${timezone}, ${text}`)
    }
  }
  const expectRuns = async (what: string, count: number) => {
    const ran = await desk.ranSoon(count)
    seen.runs += ran
    if (ran !== count)
      wrongs.push(`${cron} ${timezone}, ${what}: ${ran} runs in the place of ${count}`)
  }
  /** Everything that a clock that shows this time has passed is run once. */
  const passTo = async (what: string, at: number) => {
    setTo(moved, at)
    // What comes while it is waited for is not passed.
    const passed = firesAfter(last).filter((fire) => fire.getTime() <= at)
    last = passed.at(-1) ?? last
    await expectRuns(what, passed.length > 0 ? 1 : 0)
    await expectNext(what)
  }
  for (let step = 0; step < STEPS && wrongs.length === 0; step++) {
    const upcoming = firesAfter(last)
    switch (random(5)) {
      case 0: {
        seen['jumps forward']++
        const over = upcoming[1 + random(4)] ?? next()
        await passTo('a jump forward', over.getTime() + 1 + random(MINUTE_MS / 2))
        break
      }
      case 1: {
        seen['jumps back']++
        const back = Date.now() - ([2_000, 600_000, HOUR_MS, DAY_MS][random(4)] ?? 0)
        setTo(moved, back)
        // As it does once a minute.
        await desk.schedules.reconcile()
        const [, second] = firesAfter(new Date(back))
        const due = next().getTime()
        if (due > back + SOON_MS && second !== undefined && due > second.getTime())
          last = new Date(Date.now())
        await expectRuns('a jump back', 0)
        await expectNext('a jump back')
        break
      }
      case 2:
        seen.restarts++
        await desk.stop()
        await desk.begin()
        await expectNext('a restart')
        break
      default:
        setTo(moved, next().getTime() - QUIET_MS - 500)
        await expectRuns('before it is due', 0)
        await passTo('when it is due', next().getTime() + 1)
    }
  }
  await desk.stop()
  return { seen, wrongs }
}

/** Whatever this machine's clock shows, the database's says what is due. */
async function playOtherClock(store: Store, moved: MovedDate, random: Random) {
  const wrongs: string[] = []
  const seen = { runs: 0 }
  const desk = new Desk(store)
  await desk.begin()
  for (const aheadMs of [600_000, -600_000, DAY_MS, -DAY_MS, -random(DAY_MS)]) {
    moved.set(aheadMs)
    const due = new Date(moved.realNow().getTime() - 1_000)
    const { id } = await storeFeed(store, { cron: '*/5 * * * *', timezone: 'UTC', nextRunAt: due })
    await desk.schedules.reconcile()
    const ran = await desk.ranSoon(1)
    seen.runs += ran
    const { next_run_at: next } = await loadFeed(store, id)
    const now = moved.realNow()
    const [reckoned] = reckonFires(
      { expression: '*/5 * * * *', timezone: 'UTC' },
      now,
      new Date(now.getTime() + HOUR_MS),
    )
    const distanceMs = Math.abs((next?.getTime() ?? 0) - (reckoned?.getTime() ?? 0))
    // The fire itself may have come while this was looked at; many feeds are spread a little.
    if (ran !== 1 || distanceMs > 5 * MINUTE_MS + 10_000)
      wrongs.push(`${aheadMs} ms ahead: ${ran} runs, next ${next?.toISOString()}`)
  }
  await desk.stop()
  return { seen, wrongs }
}

function setTo(moved: MovedDate, at: number): void {
  moved.set(at - moved.realNow().getTime())
}

/** A process that runs what is due, and counts. */
class Desk {
  readonly #store: Store
  #ran = 0
  #told = 0
  #schedules: Schedules | undefined

  constructor(store: Store) {
    this.#store = store
  }

  get schedules(): Schedules {
    if (this.#schedules === undefined) throw new Error('It has not begun.')
    return this.#schedules
  }

  async begin(): Promise<void> {
    const log = openLog({ level: 'silent' })
    const store = this.#store
    this.#schedules = new Schedules({
      store,
      jobs: new Jobs({ store, log }),
      clock: systemClock,
      log,
      run: async () => {
        this.#ran++
        return { runId: 'run', outcome: 'ok', report: emptyReport, more: false }
      },
    })
    await this.#schedules.begin({ concurrency: 2 })
  }

  async stop(): Promise<void> {
    await this.#schedules?.stop()
    await endLeases(this.#store)
  }

  /** How many runs there were since it was asked last, once there were as many as expected and nothing more comes. */
  async ranSoon(expected: number): Promise<number> {
    const end = performance.now() + RUN_WITHIN_MS
    while (this.#ran - this.#told < expected && performance.now() < end) await wait(20)
    await wait(QUIET_MS)
    const ran = this.#ran - this.#told
    this.#told = this.#ran
    return ran
  }
}
