/** @module What happens during one run: reading, and beside it one delivery for each sink. */

import { randomInt } from 'node:crypto'
import { getInput, type InputName, type JsonObject, PosternError } from '@postern/core'
import type { FeedSink } from '../store/feed-sinks.ts'
import type { FeedStateRow } from '../store/feed-states.ts'
import type { RunOutcome } from '../store/feed-values.ts'
import type { FeedRow, FeedToRun } from '../store/feeds.ts'
import type { Lease } from '../store/leases.ts'
import type { FeedsContext } from './context.ts'
import { Deliverer } from './deliver.ts'
import { lockedUntil } from './locked-until.ts'
import { openOrigin } from './open-origin.ts'
import { Ownership } from './ownership.ts'
import { RecentBatches } from './recent-batches.ts'
import { isRunEnd, RunEnd } from './run-end.ts'
import type { FinishedRun, RunFeedOptions } from './run-options.ts'
import { type RunStand, RunTally } from './run-tally.ts'
import { SpoolLevel } from './spool-level.ts'
import { FeedSpoolWriter } from './spool-writer.ts'
import { storedErrorOf } from './stored-error.ts'
import type { Stream, StreamContext } from './stream.ts'
import { streamsOf } from './streams.ts'

/** What a {@link FeedRun} works with. */
export interface FeedRunContext extends FeedsContext {
  readonly runId: string
  readonly feed: FeedToRun
  /** Of the owner. */
  readonly state: FeedStateRow
  /** The states of its streams. */
  readonly streams: ReadonlyMap<string, JsonObject>
  /** Those that the feed had when the run began. */
  readonly sinks: readonly FeedSink[]
  readonly lease: Lease
  readonly options: RunFeedOptions & { readonly budgetMs: number }
}

/** How often it is seen whether the time of a run is over, also while all that goes on is a wait. */
const LOOK_EVERY_MS = 500

/** One run of a feed, by its owner. */
export class FeedRun {
  readonly #context: FeedRunContext
  readonly #ownership: Ownership
  readonly #level: SpoolLevel
  readonly #tally: RunTally
  readonly #endsMs: number
  /** Aborts when nothing more is to be read. */
  readonly #readingEnds = new AbortController()
  /** Aborts when nothing more is to be begun. */
  readonly #ending = new AbortController()
  /** Aborts what is under way. */
  readonly #stopping = new AbortController()
  /** Each ends following a signal. */
  readonly #unfollow: (() => void)[] = []
  #deliverers: readonly Deliverer[] = []
  #error: unknown
  /** When it is tried again because the store was locked. */
  #lockedUntil: Date | undefined
  #hasMore = false
  constructor(context: FeedRunContext) {
    const { store, feed, state, clock, options, lease } = context
    this.#context = context
    this.#level = new SpoolLevel(state, context.spoolLimit)
    this.#tally = new RunTally(context)
    this.#endsMs = clock.monotonicMs() + options.budgetMs
    const onPaused = () => this.#end(new RunEnd('paused'))
    this.#ownership = new Ownership({ store, feedId: feed.id, epoch: state.epoch, onPaused })
    this.#follow(lease.signal)
  }

  /** Runs, whatever happens: what stops it is in the report. */
  async run(): Promise<Omit<FinishedRun, 'runId'>> {
    const looking = setInterval(() => this.#endInTime(), LOOK_EVERY_MS)
    try {
      await this.#readAndDeliver()
    } catch (error) {
      this.#fail(error)
    } finally {
      clearInterval(looking)
    }
    await this.#tally.settled()
    // The connection's signal outlives the run, and what follows it holds all of the run.
    for (const end of this.#unfollow) end()
    return this.#finished()
  }

  async #readAndDeliver(): Promise<void> {
    const { store, feed } = this.#context
    const batches = new RecentBatches(store, {
      id: feed.id,
      what: feed.input === 'system-log' ? 'event' : 'change',
    })
    this.#deliverers = this.#openDeliverers(batches)
    const delivering = this.#deliverers.map((deliverer) =>
      deliverer.run().catch((error: unknown) => {
        this.#fail(error)
        // Nobody makes room for who reads any more: without the end that would wait for ever.
        this.#end(error)
      }),
    )
    try {
      await this.#read(batches)
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#level.close()
      await Promise.all(delivering)
    }
  }

  #openDeliverers(batches: RecentBatches): readonly Deliverer[] {
    const { feed, sinks, options } = this.#context
    const context = {
      ...this.#context,
      ownership: this.#ownership,
      level: this.#level,
      batches,
      origin: {
        feed: { id: feed.id, name: feed.name },
        connection: feed.connection,
        org: new URL(feed.org_url).host,
        input: inputOf(feed),
      },
      ending: this.#ending.signal,
      signal: this.#stopping.signal,
      random,
      onConfirm: () => this.#told(),
    }
    return sinks.map((sink) => new Deliverer(context, sink, options.trigger === 'request'))
  }

  async #read(batches: RecentBatches): Promise<void> {
    const { feed, store, clock, options, streams } = this.#context
    const onRequest = (waitedMs: number) => this.#tally.requested(waitedMs)
    const origin = await openOrigin(this.#context, feed, onRequest)
    this.#follow(origin.signal)
    const { org, clientId } = origin
    const { signal } = this.#readingEnds
    const spool = new FeedSpoolWriter({
      ...{ store, streams },
      ownership: this.#ownership,
      level: this.#level,
      batches,
      signal,
      now: () => org.authorizer.now(),
      onFull: () => this.#endIfStuck(),
      onCommit: ({ records }) => this.#tally.emitted(records),
    })
    const context: StreamContext = {
      feed: { id: feed.id, name: feed.name, input: inputOf(feed), settings: feed.settings },
      ...{ org, clientId, store, spool, clock, signal },
      isVerifyAsked: options.verify === true,
      onRead: (page) => {
        this.#tally.read(page)
        this.#told()
      },
      note: (sentence) => this.#tally.notes.add(sentence),
    }
    for (const stream of streamsOf(inputOf(feed))) {
      if (signal.aborted) this.#hasMore = true
      else await this.#readStream(stream, context)
    }
  }

  async #readStream(stream: Stream, context: StreamContext): Promise<void> {
    const stand = async () => {
      const state: JsonObject | undefined = await context.spool.readState(stream.name)
      return state && stream.describe(state)
    }
    const before = await stand()
    try {
      const { more } = await stream.read(context)
      this.#hasMore ||= more
    } finally {
      this.#tally.moved(stream.name, before, await stand())
    }
  }

  /**
   * Reads nothing more where the spool is full and the sink that keeps it so is down, or came only after the run had begun. The
   * others are given what was read.
   */
  #endIfStuck(): void {
    const present = this.#present
    const last = Math.min(...present.map(({ seq }) => seq))
    const makesRoom = ({ seq, isBehind, isResting }: Deliverer) =>
      seq === last && isBehind && !isResting
    if (!present.some(makesRoom)) this.#readingEnds.abort(new RunEnd('spool-full'))
  }

  /** Those whose sinks are the feed's, as far as this run knows. */
  get #present(): readonly Deliverer[] {
    return this.#deliverers.filter(({ isGone }) => !isGone)
  }

  #told(): void {
    const { options } = this.#context
    const stand = this.#stand()
    options.onProgress?.(this.#tally.progress(stand, this.#level.records))
    this.#tally.saveNowAndThen(stand)
    this.#endInTime()
  }

  #endInTime(): void {
    if (this.#context.clock.monotonicMs() >= this.#endsMs) this.#end(new RunEnd('time'))
  }

  #stand(): RunStand {
    const confirmed = Object.fromEntries(this.#present.map(({ name, seq }) => [name, seq]))
    return { confirmed, error: this.#failure() }
  }

  /** Nothing more is begun. */
  #end(reason: unknown): void {
    if (this.#ending.signal.aborted) return
    this.#readingEnds.abort(reason)
    this.#ending.abort(reason)
    this.#level.tell()
  }

  /** Everything stops when the signal aborts. */
  #follow(signal: AbortSignal): void {
    const stop = () => {
      this.#stopping.abort(signal.reason)
      this.#end(signal.reason)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
    // A listener that a signal removes is held by Node for as long as what it listened to.
    this.#unfollow.push(() => signal.removeEventListener('abort', stop))
  }

  /** Keeps what stopped the run first. Who was fenced stops at once; who cannot read still delivers. */
  #fail(error: unknown): void {
    const { log, feed, seal, clock } = this.#context
    if (error === this.#ending.signal.reason || error === this.#readingEnds.signal.reason) return
    this.#error ??= error
    // As it is now: at the end of the run the key may be there.
    this.#lockedUntil ??= lockedUntil(error, seal, clock.now())
    if (!(error instanceof PosternError)) log.error({ err: error, feed: feed.name }, 'run failed')
    if (!isFenced(error)) return
    this.#error = error
    this.#stopping.abort(error)
    this.#end(error)
  }

  #finished(): Omit<FinishedRun, 'runId'> {
    const isFull = isRunEnd(this.#readingEnds.signal.reason, 'spool-full')
    const waiting = this.#deliverers.filter(({ isBehind }) => isBehind)
    for (const { name, error } of waiting) {
      if (error === undefined) continue
      const { code, message } = storedErrorOf(error, 'sink_unwritable')
      this.#tally.notes.add(`The sink ${name} takes nothing (${code}): ${message}`)
    }
    const [retryAt] = [this.#lockedUntil, ...this.#deliverers.map((deliverer) => deliverer.retryAt)]
      .filter((at) => at !== undefined)
      .toSorted((one, other) => one.getTime() - other.getTime())
    const isDelivering = waiting.some((deliverer) => deliverer.retryAt === undefined)
    const isOver = isRunEnd(this.#ending.signal.reason, 'time')
    const isLate = isOver && ((this.#hasMore && !isFull) || isDelivering)
    // Nobody is behind, and yet there is no room: the next run knows the sink that keeps it so.
    const isUnknown = isFull && waiting.length === 0 && this.#present.length > 0
    return {
      outcome: this.#outcome(waiting.length > 0),
      report: this.#tally.report(this.#stand()),
      more: isLate || isUnknown,
      ...(retryAt === undefined ? {} : { retryAt }),
    }
  }

  #outcome(isBehind: boolean): RunOutcome {
    const { lease, options } = this.#context
    if (isFenced(this.#error)) return 'fenced'
    if (options.signal?.aborted) return 'interrupted'
    if (lease.signal.aborted) return 'fenced'
    if (this.#failure() !== undefined) return 'failed'
    return isBehind || this.#hasMore ? 'partial' : 'ok'
  }

  /** What stopped the run, but for an end that was meant. */
  #failure(): unknown {
    const { reason } = this.#ending.signal
    if (this.#error !== undefined) return this.#error
    return reason instanceof PosternError ? reason : undefined
  }
}

function inputOf(feed: FeedRow): InputName {
  return getInput(feed.input).name
}

function isFenced(error: unknown): boolean {
  return error instanceof PosternError && error.code === 'feed_fenced'
}

function random(): number {
  return randomInt(2 ** 32) / 2 ** 32
}
