/** @module Delivers what is spooled to one sink, batch by batch, beside whoever reads. */

import { type JsonObject, PosternError, waitBeforeRetry } from '@postern/core'
import { batchId } from '../sinks/record.ts'
import type { Sink, SinkBatch, SinkKind, Written } from '../sinks/sink.ts'
import { putDeadLetters } from '../store/dead-letters.ts'
import {
  type FeedSink,
  type FeedSinkKey,
  type FeedSinkRow,
  readFeedSink,
  saveSinkFailure,
} from '../store/feed-sinks.ts'
import { confirmBatch } from '../store/feed-states.ts'
import type { SpoolSize } from '../store/spool.ts'
import type { FeedsContext } from './context.ts'
import { prepareSink } from './open-sink.ts'
import type { Ownership } from './ownership.ts'
import type { RecentBatches } from './recent-batches.ts'
import type { SpoolLevel } from './spool-level.ts'
import { storedErrorOf } from './stored-error.ts'

/** What a {@link Deliverer} works with. */
export interface DelivererContext extends FeedsContext {
  readonly ownership: Ownership
  readonly level: SpoolLevel
  readonly batches: RecentBatches
  /** What every batch says of its feed. */
  readonly origin: Pick<SinkBatch, 'feed' | 'connection' | 'org' | 'input'>
  /** Aborts when no further batch is to be begun. */
  readonly ending: AbortSignal
  /** Aborts what is under way. */
  readonly signal: AbortSignal
  readonly random: () => number
  readonly onConfirm: () => void
}

// After these attempts the sink counts as down: what is read waits for it, and it is asked now and then.
const ATTEMPTS = 4
const FIRST_REST_MS = 30_000
const MAX_REST_MS = 15 * 60_000
// A receiver that asks for more time than this gets it between runs.
const MAX_WAIT_MS = 10_000

const NOTHING: SpoolSize = { records: 0, bytes: 0 }

// A second attempt within seconds would end as the first did.
const STANDING: ReadonlySet<string> = new Set([
  'sink_kind_unknown',
  'sink_settings_invalid',
  'sink_client_missing',
  'sink_unauthorized',
  'sink_disk_full',
  'sink_damaged',
  'seal_locked',
  'seal_broken',
  'outbound_url_malformed',
  'outbound_url_scheme',
  'outbound_url_userinfo',
  'outbound_url_port',
])

/** Where a sink came to stand. */
interface Moved {
  readonly seq: number
  readonly position: JsonObject | undefined
  /** From the spool. */
  readonly dropped: SpoolSize
}

interface OpenedSink {
  readonly kind: SinkKind
  readonly sink: Sink
}

/** One sink of a feed during one run. */
export class Deliverer {
  readonly name: string
  readonly #context: DelivererContext
  readonly #sink: FeedSink['sink']
  #seq: number
  #position: JsonObject | undefined
  #failures: number
  #retryAt: Date | undefined
  #isGone = false
  /** What was about to be committed last, and may have been: there was no answer. */
  #unanswered: Moved | undefined
  #error: unknown
  #opened: OpenedSink | undefined

  /** @param isAsked - whether somebody asked for the run: the sink is then tried at once, however long it was down. */
  constructor(context: DelivererContext, { sink, progress }: FeedSink, isAsked: boolean) {
    this.name = sink.name
    this.#context = context
    this.#sink = sink
    this.#seq = progress.seq
    this.#position = positionOf(progress)
    this.#failures = progress.failures
    this.#retryAt = isAsked ? undefined : restingUntil(progress, context.clock.now())
  }

  /** The last batch that the sink confirmed. */
  get seq(): number {
    return this.#seq
  }

  /** When the sink, which is down, is tried again; undefined while it takes batches. */
  get retryAt(): Date | undefined {
    return this.#isGone ? undefined : this.#retryAt
  }

  /** Whether it is down, and its time to be tried again has not come. */
  get isResting(): boolean {
    return this.#retryAt !== undefined && this.#context.clock.now() < this.#retryAt
  }

  /** Whether it is no sink of the feed any more. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Whether batches wait for it. */
  get isBehind(): boolean {
    return !this.#isGone && this.#seq < this.#context.level.head
  }

  /** Why it did not take its batch at the last attempt of this run. */
  get error(): unknown {
    return this.#error
  }

  /**
   * Delivers until everything that was read is confirmed and nothing more is read, the sink is down, or the run ends.
   *
   * @throws {FeedError} `feed_fenced`
   */
  async run(): Promise<void> {
    const { ending, level } = this.#context
    try {
      while (!ending.aborted && !this.#isGone) {
        if (this.isBehind && !this.isResting) await this.#tryNext()
        else if (level.isClosed) return
        else await level.changed()
      }
    } finally {
      await this.#close()
    }
  }

  async #tryNext(): Promise<void> {
    const { ending, clock, log, signal } = this.#context
    try {
      await this.#deliver(this.#seq + 1)
    } catch (error) {
      if (isFenced(error)) throw error
      if (signal.aborted || (await this.#wasConfirmed())) return
      this.#error = error
      if (!(error instanceof PosternError))
        log.error({ err: error, sink: this.name }, 'sink failed')
      const waitMs = await this.#saveFailure(error)
      if (waitMs === undefined) return
      await clock.sleep(waitMs, { signal: ending }).catch(() => undefined)
    }
  }

  async #deliver(seq: number): Promise<void> {
    const { ownership, origin, batches, signal } = this.#context
    const opened = await this.#open()
    const read = await batches.get(seq)
    if (read === undefined) return this.#lookAgain(seq)
    const id = batchId(ownership.feedId, seq, read.records)
    const batch: SinkBatch = { ...origin, ...read, seq, id }
    const options = { position: this.#position, signal }
    if (opened.kind.inStore === undefined) {
      const written = await opened.sink.write(batch, options)
      await this.#confirm(batch, () => Promise.resolve(written))
    } else {
      await this.#confirm(batch, () => opened.sink.write(batch, options))
    }
  }

  /** Moves the offset behind a batch, in one transaction with what the sink rejected, and with `write`. */
  async #confirm(batch: SinkBatch, write: () => Promise<Written>): Promise<void> {
    const { store, ownership, clock } = this.#context
    const key = this.#key
    const { seq, records } = batch
    const moved = await ownership.transaction(async (held): Promise<Moved | undefined> => {
      const { position, rejected = [] } = await write()
      const now = clock.now()
      const { sinkId } = key
      const dropped = await confirmBatch(store, held, { sinkId, seq, position }, now)
      if (dropped === undefined) return this.#readStand()
      const letters = rejected.flatMap(({ index, code, reason }) => {
        const record = records[index]?.line
        return record === undefined ? [] : [{ record, code, reason, index }]
      })
      if (letters.length > 0) await putDeadLetters(store, { ...key, seq }, letters, now)
      this.#unanswered = { seq, position, dropped }
      return this.#unanswered
    })
    this.#move(moved)
  }

  /** Where a batch is dropped that was still to be delivered: the sink was taken out of the feed, and perhaps added again since. */
  async #lookAgain(seq: number): Promise<void> {
    const stand = await this.#context.ownership.transaction(() => this.#readStand())
    if (stand?.seq === this.#seq) throw new Error(`Batch ${seq} is not in the spool.`)
    this.#move(stand)
  }

  /** Whether the last batch is confirmed although committing that failed: the store was lost before it could answer. */
  async #wasConfirmed(): Promise<boolean> {
    const unanswered = this.#unanswered
    if (unanswered === undefined) return false
    this.#unanswered = undefined
    const stand = await this.#context.ownership.transaction(() => this.#readStand())
    if (stand?.seq !== unanswered.seq) return false
    this.#move(unanswered)
    return true
  }

  async #readStand(): Promise<Moved | undefined> {
    const row = await readFeedSink(this.#context.store, this.#key)
    return row && { seq: row.seq, position: positionOf(row), dropped: NOTHING }
  }

  /** Goes on from there; absent: it is no sink of the feed any more. */
  #move(moved: Moved | undefined): void {
    const { level, onConfirm } = this.#context
    this.#unanswered = undefined
    if (moved === undefined) {
      this.#isGone = true
      level.tell()
      return
    }
    this.#seq = moved.seq
    this.#position = moved.position
    this.#failures = 0
    this.#retryAt = undefined
    this.#error = undefined
    level.remove(moved.dropped)
    onConfirm()
  }

  get #key(): FeedSinkKey {
    return { feedId: this.#context.ownership.feedId, sinkId: this.#sink.id }
  }

  /** @returns how long to wait before the next attempt; undefined where the sink is down. */
  async #saveFailure(error: unknown): Promise<number | undefined> {
    const { store, ownership, level, clock, random } = this.#context
    this.#failures++
    const attempt = this.#failures
    const askedMs = askedToWait(error)
    const isStanding = error instanceof PosternError && STANDING.has(error.code)
    const now = clock.now()
    const ownMs =
      isStanding || askedMs > MAX_WAIT_MS
        ? undefined
        : waitBeforeRetry({ attempt, orgTime: now }, { maxAttempts: ATTEMPTS, random })
    const waitMs = ownMs === undefined ? undefined : Math.max(ownMs, askedMs)
    const backOffMs = FIRST_REST_MS * 2 ** Math.max(0, attempt - ATTEMPTS)
    const restMs = Math.min(MAX_REST_MS, Math.max(backOffMs, askedMs))
    this.#retryAt = waitMs === undefined ? new Date(now.getTime() + restMs) : undefined
    const failure = {
      failures: attempt,
      error: storedErrorOf(error, 'sink_unwritable'),
      retryAt: this.#retryAt,
    }
    await ownership.transaction(() => saveSinkFailure(store, this.#key, failure, now))
    level.tell()
    return waitMs
  }

  async #open(): Promise<OpenedSink> {
    if (this.#opened === undefined) {
      const { kind, given } = await prepareSink(this.#context, this.#sink)
      this.#opened = { kind, sink: await kind.open(given) }
    }
    return this.#opened
  }

  async #close(): Promise<void> {
    const { log } = this.#context
    try {
      await this.#opened?.sink.close()
    } catch (error) {
      log.warn({ err: error, sink: this.name }, 'sink does not close')
    }
  }
}

/** No sink rests for longer than that: where the clock was set back meanwhile, it is tried now. */
function restingUntil({ retry_at: at }: FeedSinkRow, now: Date): Date | undefined {
  const isLonger = at !== null && at.getTime() - now.getTime() > MAX_REST_MS
  return at === null || isLonger ? undefined : at
}

/** Only `confirmBatch` writes it. */
function positionOf({ position }: FeedSinkRow): JsonObject | undefined {
  return (position as JsonObject | null) ?? undefined
}

/** How long the receiver asked to be left alone. */
function askedToWait(error: unknown): number {
  const asked = error instanceof PosternError ? error.details['retryAfterMs'] : undefined
  return typeof asked === 'number' ? asked : 0
}

function isFenced(error: unknown): boolean {
  return error instanceof PosternError && error.code === 'feed_fenced'
}
