/** @module How full a spool is while a run goes on, for who fills it and who empties it. */

import type { FeedStateRow } from '../store/feed-states.ts'
import type { SpoolSize } from '../store/spool.ts'
import type { SpoolLimit } from './context.ts'

const GIB = 1024 ** 3
const DEFAULT_LIMIT: SpoolLimit = { records: 5_000_000, bytes: GIB }

/** How full a spool is. Only the owner of the feed changes it. */
export class SpoolLevel {
  readonly #limit: SpoolLimit
  #head: number
  #records: number
  #bytes: number
  #isClosed = false
  #waiting: (() => void)[] = []

  constructor(state: FeedStateRow, limit: SpoolLimit = DEFAULT_LIMIT) {
    this.#head = state.seq
    this.#records = state.spool_records
    this.#bytes = state.spool_bytes
    this.#limit = limit
  }

  /** The number of the last batch. */
  get head(): number {
    return this.#head
  }

  /** Records that wait. */
  get records(): number {
    return this.#records
  }

  get isFull(): boolean {
    return this.#records >= this.#limit.records || this.#bytes >= this.#limit.bytes
  }

  /** Whether nothing more is read in this run. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** A batch was stored. */
  add(seq: number, { records, bytes }: SpoolSize): void {
    this.#head = seq
    this.#records += records
    this.#bytes += bytes
    this.tell()
  }

  /** Batches were dropped. */
  remove({ records, bytes }: SpoolSize): void {
    this.#records -= records
    this.#bytes -= bytes
    this.tell()
  }

  /** Nothing more is read in this run. */
  close(): void {
    this.#isClosed = true
    this.tell()
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Wakes who waits for a change. */
  tell(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
