/** @module Plays a schedule against a real org over HTTP, with real stores and sinks, and holds every instant against the properties. */

import type { Clock, Transport } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { expect } from 'vitest'
import type { TestClock } from '../../../../test/test-clock.ts'
import { TestClock as Clockwork } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { retryDeadLetters } from '../../src/feeds/dead-letters.ts'
import { findFeed } from '../../src/store/feeds.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { judge, type OrgEvent, type Verdict } from './checker.ts'
import { jsonlSink, type ProvenSink, webhookSink } from './held.ts'
import { Instants } from './instants.ts'
import { type Fate, Life } from './life.ts'
import type { WebhookReceiver } from './receiver.ts'
import {
  addConnection,
  addFeed,
  endLeases,
  endRests,
  eventsOf,
  openWorker,
  type SceneFeed,
  type WorkerOptions,
} from './scene.ts'
import type { Happening, Round, Schedule } from './schedules.ts'

const HOUR_MS = 3_600_000
/** When every org of a proof begins. */
export const START = new Date('2026-03-30T12:00:00.000Z')
const MAX_LIVES = 30

/** What schedules are played with. */
export interface Stage {
  readonly store: Store
  readonly seal: Seal
  readonly receiver: WebhookReceiver
  /** The way to receivers, where it is not the usual one. */
  readonly outbound?: Transport
  /** The sinks of a new feed. */
  readonly openSinks: (number: number) => Promise<readonly ProvenSink[]>
}

/** A stage on a store, with files below a folder and a webhook for each feed. */
export async function openStage(
  store: Store,
  { receiver, folder }: { readonly receiver: WebhookReceiver; readonly folder: string },
): Promise<Stage> {
  return {
    ...{ store, receiver },
    seal: await openTestSeal(store),
    openSinks: async (number) => [
      await jsonlSink(folder, `files-${number}`),
      webhookSink(receiver, `hook-${number}`),
    ],
  }
}

let played = 0

/** Plays a schedule to its end. @returns what each sink holds then, held against the org's ledger. */
export async function play(
  stage: Stage,
  schedule: Schedule,
): Promise<Readonly<Record<string, Verdict>>> {
  return withScene(stage, schedule, async (scene) => {
    const playing = new Play(stage, { ...scene, schedule })
    await playing.run()
    return playing.verdicts()
  })
}

/** An org with a log that nobody has read, and a feed of it. */
export interface PlayScene {
  readonly running: RunningOrg
  readonly clock: TestClock
  readonly feed: SceneFeed
  readonly sinks: readonly ProvenSink[]
  /** The connection's name. */
  readonly connection: string
}

/** Does `work` with an org of its own. */
export async function withScene<Result>(
  stage: Stage,
  { cursorDays = 0 }: Pick<Schedule, 'cursorDays'>,
  work: (scene: PlayScene) => Promise<Result>,
): Promise<Result> {
  const number = ++played
  const clock = new Clockwork(START)
  const running = await startOrg({
    clock,
    edition: 'unlimited',
    keyType: 'EC',
    scopes: ['okta.logs.read'],
    role: 'READ_ONLY_ADMIN',
    assumptions: { logCursorDays: cursorDays },
  })
  const sinks = await stage.openSinks(number)
  try {
    const { store, seal } = stage
    const director = openWorker({ store, seal, clock })
    const connection = `org-${number}`
    await addConnection(director, running, connection)
    const settings = { since: START.toISOString() }
    const feed = await addFeed(director, { name: `log-${number}`, connection, sinks, settings })
    await director.connections.close()
    const result = await work({ running, clock, feed, sinks, connection })
    expect(running.unexpected).toEqual([])
    return result
  } finally {
    await running.close()
    for (const sink of sinks) await sink.close?.()
  }
}

interface PlayParts extends Omit<PlayScene, 'connection'> {
  readonly schedule: Schedule
}

class Play {
  readonly #stage: Stage
  readonly #parts: PlayParts
  readonly #instants: Instants
  #happened = 0

  constructor(stage: Stage, parts: PlayParts) {
    this.#stage = stage
    this.#parts = parts
    const { store, receiver } = stage
    const { running, feed, sinks, schedule } = parts
    this.#instants = new Instants({
      ...{ store, receiver, running, feed, sinks },
      sinceMs: START.getTime(),
      spoolRecords: schedule.spoolRecords,
    })
  }

  async run(): Promise<void> {
    const { schedule, running, clock } = this.#parts
    for (const round of schedule.rounds) await this.#round(round)
    running.faults.clear()
    this.#stage.receiver.react = () => 'keep'
    // What is late comes.
    clock.advance(7 * HOUR_MS)
    for (let life = 0; life < MAX_LIVES; life++) {
      const finished = await this.#live({ skewMs: 0 })
      if (finished?.outcome === 'ok' && !finished.more) return this.#retryRefused()
      clock.advance(60_000)
    }
    throw new Error('The feed does not come to its end.')
  }

  /** What a sink refused while it was ill is sent to it again. */
  async #retryRefused(): Promise<void> {
    const { feed } = this.#parts
    const row = await findFeed(this.#stage.store, feed.name)
    if (row === undefined) throw new Error('The feed is gone.')
    const worker = openWorker(this.#workerOptions(0))
    expect(await retryDeadLetters(worker, row)).toMatchObject({ refused: 0 })
    await worker.connections.close()
  }

  async verdicts(): Promise<Readonly<Record<string, Verdict>>> {
    const { sinks, feed, running } = this.#parts
    const events = eventsOf(running, START.getTime())
    const verdicts: Record<string, Verdict> = {}
    for (const sink of sinks)
      verdicts[sink.name] = verdictOf(sink, events, await sink.read(feed.name))
    return verdicts
  }

  async #round(round: Round): Promise<void> {
    const { running, clock } = this.#parts
    this.#happen(round)
    running.faults.follow(round.disturbances, { path: '/api/v1/logs' })
    let requests = 0
    this.#stage.receiver.react = () => round.reactions[requests++] ?? 'keep'
    const [ill] = this.#parts.sinks
    for (const ailment of round.ailments ?? []) await ill?.ail?.(ailment)
    await this.#live(round)
    if (round.ailments !== undefined && round.fate === undefined) await this.#checkTheWell()
    await ill?.heal?.()
    running.faults.clear()
    clock.advance(round.advanceMs)
  }

  #happen({ happenings }: Pick<Round, 'happenings'>): void {
    const { running, clock } = this.#parts
    for (const happening of happenings) {
      happen(running, happening, { now: clock.now(), number: this.#happened })
      this.#happened += happening.count
    }
  }

  async #live({ fate, skewMs }: { readonly fate?: Fate | undefined; readonly skewMs: number }) {
    const { feed } = this.#parts
    const { store } = this.#stage
    await endLeases(store)
    await endRests(store, feed.id)
    const options = this.#workerOptions(skewMs)
    const life = new Life(options, feed, fate && possible(fate))
    if (fate?.kind === 'pauses') {
      await life.paused
      await this.#instants.check()
      await endLeases(store)
      const successor = new Life(options, feed)
      await successor.ended
      if (successor.failure !== undefined) throw successor.failure
      const before = await this.#instants.everything()
      life.wake()
      await life.ended
      if (await this.#isOver(life)) expect(await this.#instants.everything()).toEqual(before)
    }
    const finished = await life.ended
    if (life.failure !== undefined) throw life.failure
    await this.#instants.check()
    return finished
  }

  #workerOptions(skewMs: number): WorkerOptions {
    const { clock, schedule } = this.#parts
    const { store, seal, outbound } = this.#stage
    return {
      store,
      seal,
      clock: skewed(clock, skewMs),
      ...(outbound !== undefined && { outbound }),
      ...(schedule.spoolRecords !== undefined && {
        spoolLimit: { records: schedule.spoolRecords, bytes: Number.MAX_SAFE_INTEGER },
      }),
    }
  }

  /** While the first sink is ill, the others have what was read; and all of the log was, unless there is no room for it. */
  async #checkTheWell(): Promise<void> {
    const { feed, sinks, running, schedule } = this.#parts
    const { db } = this.#stage.store
    const { seq } = await db
      .selectFrom('feed_state')
      .select('seq')
      .where('feed_id', '=', feed.id)
      .executeTakeFirstOrThrow()
    const events = eventsOf(running, START.getTime())
    for (const sink of sinks.slice(1)) {
      const offset = await db
        .selectFrom('feed_sink')
        .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
        .select('feed_sink.seq')
        .where('feed_id', '=', feed.id)
        .where('sink.name', '=', sink.name)
        .executeTakeFirst()
      expect(offset?.seq, 'waits for one that is ill').toBe(seq)
      if (schedule.spoolRecords !== undefined) continue
      const { lost } = judge(events, await sink.read(feed.name))
      expect(lost.slice(0, 3), 'not read while a sink is ill').toEqual([])
    }
  }

  /** Whether a paused life woke after another one had taken over. */
  async #isOver(life: Life): Promise<boolean> {
    return life.isMet && (await life.ended)?.outcome !== 'ok'
  }
}

function verdictOf(
  { mayRepeat }: ProvenSink,
  events: readonly OrgEvent[],
  held: Awaited<ReturnType<ProvenSink['read']>>,
): Verdict {
  const verdict = judge(events, held)
  return mayRepeat ? { ...verdict, duplicates: [] } : verdict
}

/** A pause in a transaction is one of everybody who uses the store, and some steps cannot be paused at. */
function possible(fate: Fate): Fate {
  const pausable: readonly string[] = [
    'before-get',
    'after-get',
    'before-sink',
    'after-sink',
    'after-transaction',
  ]
  if (fate.kind === 'dies' || pausable.includes(fate.step)) return fate
  // Before its first one it has not begun: whoever wakes there runs the feed anew.
  return { ...fate, step: 'before-transaction', nth: fate.nth + 1 }
}

/** A clock that shows another time and runs as fast. */
function skewed(clock: TestClock, skewMs: number): Clock {
  return {
    now: () => new Date(clock.now().getTime() + skewMs),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (waitMs, options) => clock.sleep(waitMs, options),
  }
}

/** Lets events happen in an org, no earlier than it began. @param at.number - of the first of them */
export function happen(
  { org }: RunningOrg,
  { count, agoMs, lateMs }: Happening,
  at: { readonly now: Date; readonly number: number },
): void {
  const nowMs = at.now.getTime()
  const published = new Date(Math.max(START.getTime(), nowMs - agoMs))
  for (let index = 0; index < count; index++) {
    const event = oddEvent(at.number + index, published)
    org.log.addRecorded(event, { persistedMs: nowMs + lateMs })
  }
}

/** An event as no version of Postern knows it, and whose bytes are not those that a JSON library would write. */
function oddEvent(number: number, published: Date): string {
  const uuid = `e-${number}`
  const oddities = [
    `"number":1.0e2,"big":12345678901234567890`,
    `"twice":1,"twice":2,"__proto__":{"a":1}`,
    `"text":"\\u00e9 é \\ud83d\\ude00 \\u2028","empty":{}, "list":[ ]`,
    `"nested":{"uuid":"not-this","published":"1999-01-01T00:00:00.000Z"}`,
  ]
  return `{"uuid":"${uuid}","eventType":"new.kind.${number % 7}","published":"${published.toISOString()}",${oddities[number % 4]}}`
}
