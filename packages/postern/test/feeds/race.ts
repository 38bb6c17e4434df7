/** @module A race of several processes for one feed, of which one may be stopped past its lease and wake late. */

import { setTimeout as sleep } from 'node:timers/promises'
import { addEvents, startOrg } from '@postern/emulator'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { anyStep, someEvents } from './any-step.ts'
import { judge, type Verdict } from './checker.ts'
import type { FeedTaskResult } from './feed-process.ts'
import type { ProvenSink } from './held.ts'
import { Instants } from './instants.ts'
import type { FeedProcess } from './kill-feed.ts'
import type { openKillScene } from './kill-scene.ts'
import { tablesSink } from './proven-sinks.ts'
import { addConnection, addFeed, eventsOf } from './scene.ts'
import type { Step } from './steps.ts'

/** A race. */
export interface Race {
  /** How many processes run the feed. */
  readonly workers: number
  /** Where the first of them is stopped; absent: all begin at the same moment. */
  readonly stop?: { readonly step: Step; readonly nth: number } | undefined
  /** How many events there are to read, and how many come while it is stopped. */
  readonly events: number
  readonly later: number
}

/** Any race; in most of them one is stopped. */
export const anyRace: fc.Arbitrary<Race> = fc.record({
  workers: fc.integer({ min: 2, max: 5 }),
  stop: fc.option(anyStep, { nil: undefined, freq: 3 }),
  events: someEvents,
  later: fc.integer({ min: 0, max: 60 }),
})

/** What races are run with. */
export interface RaceStage extends Awaited<ReturnType<typeof openKillScene>> {
  /** As many as may run. */
  readonly racers: readonly FeedProcess[]
}

/** What a race came to. */
export interface RunRace {
  readonly verdicts: readonly Verdict[]
  readonly events: number
  /** Whether one was stopped, and had somebody else before it when it woke. */
  readonly isStopped: boolean
  readonly isFenced: boolean
}

const END_IDLE_EVERY_MS = 200

let number = 0

/** Runs a race to its end. @throws where a process fails by itself, or an instant is wrong. */
export async function runRace(stage: RaceStage, race: Race): Promise<RunRace> {
  const { kept, director, receiver, racers, task } = stage
  const name = `race-${++number}`
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
  try {
    await addConnection(director, running, name)
    const sinks = stage.sinks.map(ownTables)
    const feed = await addFeed(director, { name, connection: name, sinks })
    const instants = new Instants({ store: kept.store, running, feed, sinks, receiver })
    const own = { ...task, feedId: feed.id }
    addEvents(running.org, { count: race.events })
    const [first, ...others] = racers.slice(0, race.workers)
    if (first === undefined) throw new Error('Nobody races.')
    const pauseAt = race.stop && { pauseAt: race.stop }
    const late = first.give({ ...own, ...pauseAt })
    // Whoever is not stopped has begun at the same moment as the others.
    const isStopped = race.stop !== undefined && (await isPaused(late))
    const backends = isStopped ? await listBackends(stage, sinks) : []
    addEvents(running.org, { count: race.later })
    const due = new Set(eventsOf(running).map(({ uuid }) => uuid))
    const ends = others.map((racer) => racer.give(own).done)
    // A process that begins ends the leases of those before it, as time would; and the transactions that the one who is stopped
    // left open end as PostgreSQL ends them by itself after half a minute.
    const results = await whileEnding(stage, backends, Promise.all(ends))
    let woken: FeedTaskResult | undefined
    if (isStopped) {
      await instants.check()
      const before = await instants.everything()
      first.kill('SIGCONT')
      woken = await late.done
      if (isOver(woken)) expect(await instants.everything()).toEqual(before)
    }
    // Who was stopped in a transaction finds its connection ended.
    if (!isStopped) results.push(await late.done)
    await instants.check()
    for (const { outcome, error } of results) {
      // Who lost the feed says so; nobody fails.
      expect(['ok', 'fenced', 'elsewhere'], error).toContain(outcome)
    }
    const { outcome, error } = await first.give(own).done
    expect([outcome, error]).toEqual(['ok', undefined])
    await instants.check()
    const events = eventsOf(running)
    const verdicts = await Promise.all(
      sinks.map(async (sink) => {
        const verdict = judge(events, await sink.read(feed.name))
        const lost = verdict.lost.filter((uuid) => due.has(uuid))
        return { ...verdict, lost, ...(sink.mayRepeat && { duplicates: [] }) }
      }),
    )
    return {
      ...{ verdicts, events: due.size, isStopped },
      isFenced: woken !== undefined && isOver(woken),
    }
  } finally {
    await running.close()
  }
}

/** In a schema of its own: all others name what they hold by the feed. */
function ownTables(sink: ProvenSink): ProvenSink {
  const url = sink.members.secrets?.['url']
  if (sink.members.kind !== 'postgres' || url === undefined) return sink
  return tablesSink(url, { name: `tables-${number}`, schema: `okta_${number}` })
}

/** Whether a process came to where it stops. */
function isPaused({ paused, done }: ReturnType<FeedProcess['give']>): Promise<boolean> {
  return Promise.race([paused.then(() => true), done.then(() => false)])
}

/** Whether somebody else had the feed: who had not begun to run it when it was stopped may run it now. */
function isOver({ outcome }: FeedTaskResult): boolean {
  return outcome !== 'ok'
}

/** Those that somebody who is stopped has, and nobody else: at this moment nobody runs. */
async function listBackends(
  { kept, task }: RaceStage,
  sinks: readonly ProvenSink[],
): Promise<readonly number[]> {
  const urls = [task.database ?? [], sinks.flatMap(({ members }) => members.secrets?.['url'] ?? [])]
  const databases = urls.flat().map((url) => new URL(url).pathname.slice(1))
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
    where datname = any(${databases}) and pid <> pg_backend_pid()`.execute(kept.store.db)
  return rows.map(({ pid }) => pid)
}

async function whileEnding<Result>(
  { kept }: RaceStage,
  backends: readonly number[],
  work: Promise<Result>,
): Promise<Result> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  work.then(done, done)
  while (!isDone && backends.length > 0) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where state like 'idle in transaction%' and pid = any(${backends})
        and pid <> pg_backend_pid()`.execute(kept.store.db)
    await Promise.race([work.catch(() => undefined), sleep(END_IDLE_EVERY_MS)])
  }
  return work
}
