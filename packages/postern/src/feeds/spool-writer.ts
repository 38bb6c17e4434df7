/** @module Writes what was read to the spool, with the state behind it, as long as there is room and the feed is ours. */

import type { JsonObject } from '@postern/core'
import { type FeedStateRow, storeBatch } from '../store/feed-states.ts'
import { putStreamState } from '../store/feed-streams.ts'
import { type PackedLines, packLinesAtOnce } from '../store/spool.ts'
import type { Store } from '../store/store.ts'
import type { Ownership } from './ownership.ts'
import type { OutgoingBatch, RecentBatches } from './recent-batches.ts'
import type { SpoolLevel } from './spool-level.ts'
import type { Commit, SpoolWriter } from './stream.ts'

/** What a {@link FeedSpoolWriter} works with. */
export interface SpoolWriterContext {
  readonly store: Store
  readonly ownership: Ownership
  readonly level: SpoolLevel
  readonly batches: RecentBatches
  /** The states of the feed's streams as the owner found them. */
  readonly streams: ReadonlyMap<string, JsonObject>
  /** Aborts when the run has to end. */
  readonly signal: AbortSignal
  /** The org's time. */
  readonly now: () => Date
  /** Told where the spool is full. Ends the run where no sink makes room. */
  readonly onFull: () => void
  /** Told after each commit. */
  readonly onCommit: (committed: { readonly records: number }) => void
}

interface Stored {
  readonly seq: number
  readonly packed: PackedLines
  readonly batch: OutgoingBatch
}

/** The spool of a feed, as the owner of one run writes to it. */
export class FeedSpoolWriter implements SpoolWriter {
  readonly #context: SpoolWriterContext
  /** As they are stored: nobody but the owner stores any. */
  readonly #states: Map<string, JsonObject>

  constructor(context: SpoolWriterContext) {
    this.#context = context
    this.#states = new Map(context.streams)
  }

  async readState(stream: string): Promise<JsonObject | undefined> {
    return this.#states.get(stream)
  }

  async commit(stream: string, work: (seq: number) => Promise<Commit>): Promise<void> {
    const { ownership, level, batches, onCommit } = this.#context
    await this.#waitForRoom()
    const { stored, state } = await ownership.transaction(async (held) => {
      const commit = await work(held.seq + 1)
      return { stored: await this.#store(stream, held, commit), state: commit.state }
    })
    this.#states.set(stream, state)
    if (stored !== undefined) {
      batches.put(stored.seq, stored.batch)
      level.add(stored.seq, stored.packed)
    }
    onCommit({ records: stored?.batch.records.length ?? 0 })
  }

  async #waitForRoom(): Promise<void> {
    const { level, signal, onFull } = this.#context
    for (;;) {
      signal.throwIfAborted()
      if (!level.isFull) return
      onFull()
      signal.throwIfAborted()
      // Nobody but the time says that the rest of a sink is over.
      level.tell()
      await level.changed()
    }
  }

  async #store(stream: string, held: FeedStateRow, commit: Commit): Promise<Stored | undefined> {
    const { store, now } = this.#context
    const { records, replay = false, state } = commit
    const { feed_id: feedId } = held
    const readAt = now()
    if (records.length === 0) {
      await putStreamState(store, { feedId, name: stream, state }, readAt)
      return undefined
    }
    const seq = held.seq + 1
    const packed = commit.packed ?? packLinesAtOnce(records.map(({ line }) => line))
    await storeBatch(store, held, { name: stream, state }, { seq, packed, readAt, replay })
    return { seq, packed, batch: { records, readAt, replay } }
  }
}
