/** @module Plays a schedule against a real org over HTTP, with real stores and sinks, and holds every instant against the properties. */

import type { Clock } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { expect } from 'vitest'
import type { TestClock } from '../../../../test/test-clock.ts'
import { TestClock as Clockwork } from '../../../../test/test-clock.ts'
import type { Seal } from '../../src/store/seal.ts'
import { readSpooled } from '../../src/store/spool.ts'
import type { Store } from '../../src/store/store.ts'
import { judge, type OrgEvent, type Verdict } from './checker.ts'
import type { ProvenSink } from './held.ts'
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
const PAGE_RECORDS = 1_000

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

interface Stand {
  readonly epoch: number
  readonly seq: number
}

class Play {
  readonly #stage: Stage
  readonly #parts: PlayParts
  /** The bytes of each batch, as they were spooled. */
  readonly #frozen = new Map<number, string>()
  #stand: Stand = { epoch: 0, seq: 0 }
  #happened = 0

  constructor(stage: Stage, parts: PlayParts) {
    this.#stage = stage
    this.#parts = parts
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
      await this.#check()
      await endLeases(store)
      const successor = new Life(options, feed)
      await successor.ended
      if (successor.failure !== undefined) throw successor.failure
      const before = await this.#everything()
      life.wake()
      await life.ended
      if (await this.#isOver(life)) expect(await this.#everything()).toEqual(before)
    }
    const finished = await life.ended
    if (life.failure !== undefined) throw life.failure
    await this.#check()
    return finished
  }

  /** Whether a paused life woke after another one had taken over. */
  async #isOver(life: Life): Promise<boolean> {
    return life.isMet && (await life.ended)?.outcome !== 'ok'
  }

  /** What a late writer may not change. */
  async #everything(): Promise<unknown> {
    const { feed, sinks } = this.#parts
    const { db } = this.#stage.store
    const held = await Promise.all(
      sinks.map(async (sink) => {
        const records = await sink.read(feed.name, true)
        return sink.mayRepeat ? [...new Set(records.map(({ id }) => id))] : records
      }),
    )
    const rows = async (table: 'feed_state' | 'feed_sink' | 'feed_stream' | 'spool' | 'ledger') =>
      db.selectFrom(table).selectAll().where('feed_id', '=', feed.id).execute()
    return [
      held,
      await rows('feed_state'),
      await rows('feed_sink'),
      await rows('feed_stream'),
      await rows('spool'),
      await rows('ledger'),
    ]
  }

  /** What holds at every instant. */
  async #check(): Promise<void> {
    const { feed, sinks, running, schedule } = this.#parts
    const { store, receiver } = this.#stage
    const state = await store.db
      .selectFrom('feed_state')
      .selectAll()
      .where('feed_id', '=', feed.id)
      .executeTakeFirst()
    if (state === undefined) return
    // L4: owners and batches are counted up.
    expect(state.epoch).toBeGreaterThanOrEqual(this.#stand.epoch)
    expect(state.seq).toBeGreaterThanOrEqual(this.#stand.seq)
    this.#stand = state
    // L7: what waits is bounded by the limit and the page that went over it.
    if (schedule.spoolRecords !== undefined) {
      expect(state.spool_records).toBeLessThan(schedule.spoolRecords + PAGE_RECORDS)
    }
    // L5: a batch is frozen.
    expect(receiver.unlike).toEqual([])
    // In this order, because whoever is paused is not alone: what is dropped from the spool is in its sinks by then.
    const before = await this.#beforeCursor()
    const spooled = await this.#spooled()
    for (const [seq, lines] of spooled) {
      expect(this.#frozen.get(seq) ?? lines).toBe(lines)
      this.#frozen.set(seq, lines)
    }
    // L2 and L3: what lies before the cursor is in the sink or waits for it, and nothing is in it twice.
    const offsets = await store.db
      .selectFrom('feed_sink')
      .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
      .select(['sink.name', 'feed_sink.seq'])
      .where('feed_id', '=', feed.id)
      .execute()
    for (const sink of sinks) {
      const offset = offsets.find(({ name }) => name === sink.name)?.seq ?? 0
      const held = await sink.read(feed.name, true)
      const ids = new Set(held.map(({ id }) => id))
      if (!sink.mayRepeat) expect(ids.size, 'twice (L2)').toBe(held.length)
      for (const [seq, lines] of spooled) {
        if (seq > offset) for (const line of lines.split('\n')) ids.add(uuidOf(line))
      }
      expect(
        before.filter(({ uuid }) => !ids.has(uuid)),
        'lost (L3)',
      ).toEqual([])
    }
    expect(running.unexpected).toEqual([])
  }

  async #spooled(): Promise<ReadonlyMap<number, string>> {
    const { feed } = this.#parts
    const { store } = this.#stage
    const rows = await store.db
      .selectFrom('spool')
      .select('seq')
      .where('feed_id', '=', feed.id)
      .orderBy('seq')
      .execute()
    const batches = new Map<number, string>()
    for (const { seq } of rows) {
      const lines = (await readSpooled(store, feed.id, seq))?.lines ?? []
      batches.set(seq, lines.map((line) => Buffer.from(line).toString()).join('\n'))
    }
    return batches
  }

  /** The events behind which the stored cursor stands. */
  async #beforeCursor(): Promise<readonly OrgEvent[]> {
    const { feed, running } = this.#parts
    const row = await this.#stage.store.db
      .selectFrom('feed_stream')
      .select('state')
      .where('feed_id', '=', feed.id)
      .executeTakeFirst()
    const page = row?.state['page']
    if (typeof page !== 'string') return []
    const after = new URLSearchParams(page.split('?')[1]).get('after') ?? '0_0'
    const [persistedMs = 0, seen = 0] = after.split('_').map(Number)
    const { log } = running.org
    const end = log.firstPersistedFrom(persistedMs) + seen
    const first = log.firstPersistedFrom(START.getTime())
    return eventsOf(running, START.getTime()).slice(0, end - first)
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

function uuidOf(line: string): string {
  const { uuid }: { readonly uuid: string } = JSON.parse(line)
  return uuid
}
