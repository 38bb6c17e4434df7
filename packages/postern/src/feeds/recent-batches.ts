/** @module The batches that were read last, kept for the sinks that keep up: they need not be unpacked again. */

import type { FeedRecord } from '../sinks/record.ts'
import { readLine } from '../sinks/record.ts'
import { readSpooled } from '../store/spool.ts'
import type { Store } from '../store/store.ts'

/** A batch on its way to the sinks. */
export interface OutgoingBatch {
  readonly records: readonly FeedRecord[]
  readonly readAt: Date
  readonly replay: boolean
}

const KEPT = 2

/** The batches of a feed by their numbers: the last ones from memory, the others from the store. */
export class RecentBatches {
  readonly #store: Store
  readonly #feed: { readonly id: string; readonly what: 'event' | 'change' }
  readonly #kept = new Map<number, Promise<OutgoingBatch | undefined>>()

  constructor(store: Store, feed: { readonly id: string; readonly what: 'event' | 'change' }) {
    this.#store = store
    this.#feed = feed
  }

  /** Keeps a batch that was just stored. */
  put(seq: number, batch: OutgoingBatch): void {
    this.#keep(seq, Promise.resolve(batch))
  }

  /** The batch of a number; undefined where the store has it no more. */
  get(seq: number): Promise<OutgoingBatch | undefined> {
    const kept = this.#kept.get(seq)
    if (kept !== undefined) return kept
    const reading = this.#read(seq)
    this.#keep(seq, reading)
    reading.catch(() => this.#kept.delete(seq))
    return reading
  }

  #keep(seq: number, batch: Promise<OutgoingBatch | undefined>): void {
    this.#kept.set(seq, batch)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }

  async #read(seq: number): Promise<OutgoingBatch | undefined> {
    const { id, what } = this.#feed
    const spooled = await readSpooled(this.#store, id, seq)
    if (spooled === undefined) return undefined
    const { lines, readAt, replay } = spooled
    return { records: lines.map((line) => readLine(line, what)), readAt, replay }
  }
}
