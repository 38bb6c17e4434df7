/** @module The System Log of an org: events in the order in which they were persisted. */

import type { OrgTime } from '../clock.ts'
import type { JsonObject } from '../json.ts'
import type { LedgerEvent } from '../state/ledger.ts'
import { ChangeEvent } from './change-event.ts'
import type { Cause, EventDraft, LogEvent } from './event.ts'
import type { Arrival, EventStream, QuickMember } from './event-source.ts'
import { EventStore } from './event-store.ts'
import type { JournalEntry } from './journal.ts'
import { Pending } from './pending.ts'
import { PublishedOrder } from './published-order.ts'
import { RecordedEvent } from './recorded-event.ts'
import { ReleasedEvent } from './released-event.ts'
import { eventUuid } from './uuid.ts'

// Streams are drained in steps, so that what waits to be put in order stays little.
const STEP_MS = 1_000

/** What a log needs to know of its org. */
export interface SystemLogOptions {
  readonly seed: number
  /** How long after it was published an event can be read; 90 days at Okta ("System log query", data retention). */
  readonly retentionMs: number
  /** How late events of changes are persisted, in milliseconds. */
  readonly lagMs: () => number
  /** Called once for each event when the log begins to show it. */
  readonly onPersisted: (number: number) => void
}

/**
 * The log. An event is published when it happens and persisted when the log begins to show it; its number is its place
 * in the order of persistence. There are no timers: every look first catches up with the time.
 */
export class SystemLog {
  readonly seed: number
  readonly retentionMs: number
  readonly #time: OrgTime
  readonly #options: SystemLogOptions
  readonly #store = new EventStore()
  readonly #order = new PublishedOrder(this.#store)
  readonly #pending = new Pending()
  readonly #streams = new Set<EventStream>()
  readonly #released = new Map<string, ReleasedEvent>()
  /** What came into the log beside its streams, in order. */
  readonly journal: JournalEntry[] = []
  /** The most events on a polling page, whatever its `limit` says; a fault lowers it. */
  pageRows = Number.POSITIVE_INFINITY
  #latestMs = Number.NEGATIVE_INFINITY

  constructor(time: OrgTime, options: SystemLogOptions) {
    this.seed = options.seed
    this.retentionMs = options.retentionMs
    this.#time = time
    this.#options = options
  }

  /** Adds an event of a change that was made now. */
  write(draft: EventDraft, cause: Cause): void {
    this.catchUp()
    const publishedMs = this.#nowMs()
    this.#pending.add({
      publishedMs,
      persistedMs: publishedMs + Math.ceil(Math.max(0, this.#options.lagMs())),
      source: new ChangeEvent(draft, cause),
      index: 0,
    })
    this.journal.push({ atMs: publishedMs, draft, cause })
    this.catchUp()
  }

  /**
   * Adds an event that was recorded elsewhere. It keeps its members, their order, its `uuid` and `published`; as text it
   * keeps every byte.
   *
   * @param options.persistedMs - When the log begins to show it; default now.
   * @throws {TypeError} without a `uuid`, an `eventType` or a `published` that is a date.
   */
  addRecorded(event: JsonObject | string, options: { readonly persistedMs?: number } = {}): void {
    this.catchUp()
    const source = new RecordedEvent(event)
    const persistedMs = Math.max(
      source.publishedMs,
      Math.ceil(options.persistedMs ?? this.#nowMs()),
    )
    this.#pending.add({ publishedMs: source.publishedMs, persistedMs, source, index: 0 })
    this.journal.push({ atMs: this.#nowMs(), recorded: source.render(), persistedMs })
    this.catchUp()
  }

  /** Lets events come as time passes, until the returned function is called. */
  addStream(stream: EventStream): () => void {
    this.catchUp()
    this.#streams.add(stream)
    this.catchUp()
    return () => {
      this.catchUp()
      this.#streams.delete(stream)
    }
  }

  /** Shows what became due since the last look. */
  catchUp(): void {
    const nowMs = this.#nowMs()
    for (const stream of this.#streams) stream.skip?.(nowMs)
    for (let nextMs = this.#nextMs(); nextMs <= nowMs; nextMs = this.#nextMs()) {
      const untilMs = Math.min(nowMs, nextMs + STEP_MS)
      for (const stream of this.#streams) this.#drain(stream, untilMs)
      this.#persist(untilMs)
    }
    this.#persist(nowMs)
    this.#store.release(nowMs - this.retentionMs, ({ source, index }, number) =>
      this.#shrink(source.uuidOf?.(index), source.peek(index, 'eventType'), number),
    )
  }

  /** How many events the log has shown so far; the next one gets this number. */
  get size(): number {
    this.catchUp()
    return this.#store.size
  }

  /**
   * Now, and a promise: no event will be persisted before it, even if the org's clock is set back. Whoever is given a
   * cursor of this time misses nothing.
   */
  sealNow(): number {
    this.catchUp()
    this.#latestMs = Math.max(this.#latestMs, this.#nowMs())
    return this.#latestMs
  }

  /** The events by `published`. */
  get order(): PublishedOrder {
    return this.#order
  }

  /** When an event happened. */
  publishedMs(number: number): number {
    return this.#store.publishedMs(number)
  }

  /** When the log began to show an event. */
  persistedMs(number: number): number {
    return this.#store.persistedMs(number)
  }

  /** The first number that was persisted at this time or later. */
  firstPersistedFrom(epochMs: number): number {
    return this.#store.firstPersistedFrom(epochMs)
  }

  /** The whole event. */
  read(number: number): LogEvent {
    const event: LogEvent = JSON.parse(this.readText(number))
    return event
  }

  /** The whole event as JSON. */
  readText(number: number): string {
    const { source, index, publishedMs } = this.#store.get(number)
    return source.render(index, { uuid: this.#uuidOf(number), publishedMs })
  }

  /** One member of an event, without making the rest. */
  peek(number: number, member: QuickMember): string | null {
    const { source, index } = this.#store.get(number)
    return source.peek(index, member)
  }

  /** What the ledger says of the event with this number. */
  describe(number: number): LedgerEvent {
    const { source, index, publishedMs, persistedMs } = this.#store.get(number)
    const eventType = source.peek(index, 'eventType') ?? ''
    return { kind: 'event', uuid: this.#uuidOf(number), eventType, publishedMs, persistedMs }
  }

  // A clock may be set wrong by a part of a millisecond, which neither a uuid nor a cursor can say.
  #nowMs(): number {
    return Math.floor(this.#time.nowMs())
  }

  #uuidOf(number: number): string {
    const { source, index, publishedMs } = this.#store.get(number)
    return source.uuidOf?.(index) ?? eventUuid(this.seed, number, publishedMs)
  }

  #nextMs(): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (const stream of this.#streams) {
      nextMs = Math.min(nextMs, stream.nextMs() ?? Number.POSITIVE_INFINITY)
    }
    return nextMs
  }

  #drain(stream: EventStream, untilMs: number): void {
    for (let nextMs = stream.nextMs(); nextMs !== undefined && nextMs <= untilMs; ) {
      this.#pending.add(stream.take())
      nextMs = stream.nextMs()
    }
    if (stream.nextMs() === undefined) this.#streams.delete(stream)
  }

  #persist(untilMs: number): void {
    for (
      let due: Arrival | undefined = this.#pending.takeDue(untilMs);
      due !== undefined;
      due = this.#pending.takeDue(untilMs)
    ) {
      this.#latestMs = Math.max(this.#latestMs, due.persistedMs)
      this.#options.onPersisted(this.#store.append(due, this.#latestMs))
    }
  }

  #shrink(uuid: string | undefined, eventType: string | null, number: number): ReleasedEvent {
    if (uuid !== undefined) return new ReleasedEvent(eventType ?? '', uuid)
    const key = eventType ?? String(number)
    const known = this.#released.get(key) ?? new ReleasedEvent(key)
    this.#released.set(key, known)
    return known
  }
}
