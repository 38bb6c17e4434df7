/** @module Plays a schedule against a real org over HTTP, with real stores and sinks, and holds every instant against the properties. */

import type { Clock } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { expect } from 'vitest'
import type { TestClock } from '../../../../test/test-clock.ts'
import { TestClock as Clockwork } from '../../../../test/test-clock.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { judge, type OrgEvent, type Verdict } from './checker.ts'
import type { ProvenSink } from './held.ts'
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
} from './scene.ts'
import type { Round, Schedule } from './schedules.ts'

const HOUR_MS = 3_600_000
const START = new Date('2026-03-30T12:00:00.000Z')
const MAX_LIVES = 30

/** What schedules are played with. */
export interface Stage {
  readonly store: Store
  readonly seal: Seal
  readonly receiver: WebhookReceiver
  /** The sinks of a new feed. */
  readonly openSinks: (number: number) => Promise<readonly ProvenSink[]>
}

let played = 0

/** Plays a schedule to its end. @returns what each sink holds then, held against the org's ledger. */
export async function play(
  stage: Stage,
  schedule: Schedule,
): Promise<Readonly<Record<string, Verdict>>> {
  const number = ++played
  const clock = new Clockwork(START)
  const running = await startOrg({
    clock,
    edition: 'unlimited',
    keyType: 'EC',
    scopes: ['okta.logs.read'],
    role: 'READ_ONLY_ADMIN',
  })
  try {
    const { store, seal } = stage
    const sinks = await stage.openSinks(number)
    const director = openWorker({ store, seal, clock })
    const name = `org-${number}`
    await addConnection(director, running, name)
    const feed = await addFeed(director, {
      name: `log-${number}`,
      connection: name,
      sinks,
      settings: { since: START.toISOString() },
    })
    await director.connections.close()
    const playing = new Play(stage, { running, clock, feed, sinks, schedule })
    await playing.run()
    expect(running.unexpected).toEqual([])
    return await playing.verdicts()
  } finally {
    await running.close()
  }
}

interface PlayParts {
  readonly running: RunningOrg
  readonly clock: TestClock
  readonly feed: SceneFeed
  readonly sinks: readonly ProvenSink[]
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
      if (finished?.outcome === 'ok' && !finished.more) return
      clock.advance(60_000)
    }
    throw new Error('The feed does not come to its end.')
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
    await this.#live(round)
    running.faults.clear()
    clock.advance(round.advanceMs)
  }

  #happen({ happenings }: Pick<Round, 'happenings'>): void {
    const { running, clock } = this.#parts
    const nowMs = clock.now().getTime()
    for (const { count, agoMs, lateMs } of happenings) {
      const publishedMs = Math.max(START.getTime(), nowMs - agoMs)
      for (let index = 0; index < count; index++) {
        running.org.log.addRecorded(oddEvent(this.#happened++, new Date(publishedMs)), {
          persistedMs: nowMs + lateMs,
        })
      }
    }
  }

  async #live({ fate, skewMs }: { readonly fate?: Fate | undefined; readonly skewMs: number }) {
    const { feed, clock, schedule } = this.#parts
    const { store, seal } = this.#stage
    await endLeases(store)
    await endRests(store, feed.id)
    const options = {
      store,
      seal,
      clock: skewed(clock, skewMs),
      ...(schedule.spoolRecords !== undefined && {
        spoolLimit: { records: schedule.spoolRecords, bytes: Number.MAX_SAFE_INTEGER },
      }),
    }
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
  return { ...fate, step: 'before-transaction' }
}

/** A clock that shows another time and runs as fast. */
function skewed(clock: TestClock, skewMs: number): Clock {
  return {
    now: () => new Date(clock.now().getTime() + skewMs),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (waitMs, options) => clock.sleep(waitMs, options),
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
