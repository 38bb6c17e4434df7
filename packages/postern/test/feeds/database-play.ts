/** @module Plays trouble of a database under a worker that runs a feed, until the worker has come through by itself. */

import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '@postern/core'
import { addEvents, type RunningOrg, startOrg } from '@postern/emulator'
import { runFeed } from '../../src/feeds/run.ts'
import type { FinishedRun } from '../../src/feeds/run-options.ts'
import { Schedules } from '../../src/feeds/schedule.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import { openLog } from '../../src/log.ts'
import { readFeed } from '../../src/store/feeds.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { judge, type OrgEvent, type Verdict } from './checker.ts'
import { type DatabaseFault, makeTrouble, type TroubledDatabases } from './database-faults.ts'
import type { FeedWorker } from './feed-worker.ts'
import type { ProvenSink } from './held.ts'
import { Instants } from './instants.ts'
import type { WebhookReceiver } from './receiver.ts'
import { addConnection, addFeed, eventsOf, openWorker, type SceneFeed } from './scene.ts'
import { type OnStep, type Step, steppedStore, steppedTransport, withSteps } from './steps.ts'

/** What faults are played with. */
export interface DatabaseStage extends TroubledDatabases {
  /** The store by a way that nothing happens to, but for what happens to the server. */
  readonly store: Store
  readonly seal: Seal
  readonly worker: FeedWorker
  /** As the worker opens what is sealed. */
  readonly workerSeal: Seal
  readonly receiver: WebhookReceiver
  /** The sinks of a new feed. */
  readonly openSinks: (number: number) => Promise<readonly ProvenSink[]>
}

/** What a fault came to. */
export interface PlayedFault {
  readonly verdicts: readonly Verdict[]
  readonly events: number
  /** Whether a run came to the step. */
  readonly isMet: boolean
  readonly runs: number
}

const LOOK_EVERY_MS = 50
const MAX_CHECKS = 20
const PASS_TIME_EVERY_MS = 250
/** Time-outs on the way to a database come to more than a minute; a job that is lost, and a rest, to seconds. */
const THROUGH_WITHIN_MS = 180_000

let played = 0

/** Plays a fault to its end. @throws where the worker does not come through, or an instant is wrong. */
export async function playFault(stage: DatabaseStage, fault: DatabaseFault): Promise<PlayedFault> {
  const number = ++played
  const running = await startOrg({
    ...{ edition: 'unlimited', keyType: 'EC', role: 'READ_ONLY_ADMIN' },
    scopes: ['okta.logs.read'],
  })
  const { store, seal } = stage
  const director = openWorker({ store, seal })
  try {
    const sinks = await stage.openSinks(number)
    const connection = `org-${number}`
    await addConnection(director, running, connection)
    const feed = await addFeed(director, {
      ...{ name: `log-${number}`, connection, sinks, cron: '* * * * *' },
    })
    return await new Playing(stage, { running, feed, sinks, fault }).play()
  } finally {
    await director.connections.close()
    await running.close()
  }
}

interface PlayingParts {
  readonly running: RunningOrg
  readonly feed: SceneFeed
  readonly sinks: readonly ProvenSink[]
  readonly fault: DatabaseFault
}

class Playing {
  readonly #stage: DatabaseStage
  readonly #parts: PlayingParts
  readonly #counts = new Map<Step, number>()
  readonly #schedules: Schedules
  #trouble: Promise<void> | undefined
  #isOver = false
  #isMet = false
  #runs = 0
  /** Counted up when something has happened that a run has to begin after. */
  #chapter = 0
  #isThrough = false

  constructor(stage: DatabaseStage, parts: PlayingParts) {
    this.#stage = stage
    this.#parts = parts
    const { store } = stage
    const log = openLog({ level: 'silent' })
    const jobs = new Jobs({ store, log })
    const run = () => Promise.reject(new Error('Only the worker runs feeds.'))
    this.#schedules = new Schedules({ store, jobs, clock: systemClock, log, run })
  }

  async play(): Promise<PlayedFault> {
    const { store, receiver, worker, workerSeal } = this.#stage
    const { running, feed, sinks, fault } = this.#parts
    const onStep: OnStep = (step) => this.#at(step)
    const own = openWorker({
      store: steppedStore(worker.store, onStep),
      seal: workerSeal,
      through: (transport) => steppedTransport(transport, onStep),
    })
    try {
      addEvents(running.org, { count: fault.events })
      worker.set(feed.id, (options) =>
        this.#run(() => withSteps(onStep, () => runFeed(own, feed.id, options))),
      )
      await this.#schedule()
      await this.#until(() => this.#isOver)
      await this.#trouble
      const instants = new Instants({ store, running, feed, sinks, receiver })
      await this.#check(instants)
      addEvents(running.org, { count: 7 })
      const due = eventsOf(running)
      this.#chapter++
      await this.#until(() => this.#isThrough)
      await this.#check(instants)
      const verdicts = await Promise.all(sinks.map((sink) => this.#judge(sink, due)))
      return { verdicts, events: due.length, isMet: this.#isMet, runs: this.#runs }
    } finally {
      // A database that did not come back is what the test is told of.
      await this.#unschedule().catch(() => undefined)
      await own.connections.close()
    }
  }

  /** Has the feed run for the first time. From then on nobody but the worker does anything for it. */
  async #schedule(): Promise<void> {
    const { store } = this.#stage
    const feed = await readFeed(store, this.#parts.feed.id)
    if (feed === undefined) throw new Error('The feed is gone.')
    await this.#schedules.scheduleNext(feed)
  }

  async #unschedule(): Promise<void> {
    const { store, worker } = this.#stage
    const { id } = this.#parts.feed
    worker.set(id, undefined)
    const cron = null
    await store.db.updateTable('feed').set({ cron }).where('id', '=', id).execute()
    await this.#schedules.unschedule(id)
    while (worker.isBusy) await sleep(LOOK_EVERY_MS)
  }

  async #run(work: () => Promise<FinishedRun | undefined>): Promise<FinishedRun | undefined> {
    this.#runs++
    const chapter = this.#chapter
    try {
      const finished = await work()
      if (finished?.outcome === 'ok' && !finished.more && chapter === this.#chapter && chapter > 0)
        this.#isThrough = true
      return finished
    } finally {
      this.#begin()
    }
  }

  #at(step: Step): void | Promise<void> {
    const { fault } = this.#parts
    const nth = (this.#counts.get(step) ?? 0) + 1
    this.#counts.set(step, nth)
    if (step !== fault.step || nth !== fault.nth || this.#trouble !== undefined) return
    this.#isMet = true
    const trouble = this.#begin()
    // A connection is cut by what the run does next.
    if (fault.waits && fault.trouble.kind !== 'cut') return trouble?.catch(() => undefined)
  }

  #begin(): Promise<void> | undefined {
    this.#trouble ??= makeTrouble(this.#parts.fault.trouble, this.#stage).finally(() => {
      this.#isOver = true
    })
    // It is waited for in its place.
    this.#trouble.catch(() => undefined)
    return this.#trouble
  }

  /** Waits for what the worker does; time passes meanwhile. */
  async #until(isSo: () => boolean): Promise<void> {
    const { store, worker } = this.#stage
    const { feed, running, fault } = this.#parts
    const endsMs = performance.now() + THROUGH_WITHIN_MS
    let passedMs = 0
    while (!isSo()) {
      const nowMs = performance.now()
      if (nowMs > endsMs) throw new Error(`It does not go on: ${JSON.stringify(fault)}`)
      if (nowMs - passedMs > PASS_TIME_EVERY_MS) {
        passedMs = nowMs
        // Who writes something has a connection that can be cut.
        if (this.#trouble !== undefined && fault.trouble.kind === 'cut' && !worker.isBusy)
          addEvents(running.org, { count: 3 })
        // A server that is away cannot be told.
        await worker.passTime(store, feed.id).catch(() => undefined)
      }
      await sleep(LOOK_EVERY_MS)
    }
  }

  /** Of the test's own connections, some were ended too, and find out when they are used. */
  async #check(instants: Instants): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await instants.check()
      } catch (error) {
        if (!(error instanceof StoreError) || attempt === MAX_CHECKS) throw error
        await sleep(LOOK_EVERY_MS)
      }
    }
  }

  async #judge(sink: ProvenSink, due: readonly OrgEvent[]): Promise<Verdict> {
    const { running, feed } = this.#parts
    const verdict = judge(eventsOf(running), await sink.read(feed.name))
    const wanted = new Set(due.map(({ uuid }) => uuid))
    return {
      ...verdict,
      lost: verdict.lost.filter((uuid) => wanted.has(uuid)),
      ...(sink.mayRepeat && { duplicates: [] }),
    }
  }
}
