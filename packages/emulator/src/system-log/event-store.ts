/** @module The events that a log shows, by their number: times in typed arrays, everything else made on demand. */

import { firstPlace } from '../state/first-place.ts'
import type { Arrival, EventSource } from './event-source.ts'

const CHUNK_EVENTS = 16_384

interface Chunk {
  readonly publishedMs: Float64Array
  readonly persistedMs: Float64Array
  readonly indexes: Uint32Array
  readonly sources: EventSource[]
}

/** One event as it is kept. */
export interface StoredEvent {
  readonly publishedMs: number
  readonly persistedMs: number
  readonly source: EventSource
  readonly index: number
}

/** Events in the order in which they were persisted; a number is a place in it. About 28 bytes each. */
export class EventStore {
  readonly #chunks: Chunk[] = []
  #size = 0
  #releasedChunks = 0

  get size(): number {
    return this.#size
  }

  /** Adds an event behind the others; `persistedMs` must not be smaller than that of the last one. */
  append(arrival: Arrival, persistedMs: number): number {
    const number = this.#size++
    const offset = number % CHUNK_EVENTS
    if (offset === 0) this.#chunks.push(newChunk())
    const chunk = this.#chunkOf(number)
    chunk.publishedMs[offset] = arrival.publishedMs
    chunk.persistedMs[offset] = persistedMs
    chunk.indexes[offset] = arrival.index
    chunk.sources.push(arrival.source)
    return number
  }

  publishedMs(number: number): number {
    return this.#chunkOf(number).publishedMs[number % CHUNK_EVENTS] ?? Number.NaN
  }

  persistedMs(number: number): number {
    return this.#chunkOf(number).persistedMs[number % CHUNK_EVENTS] ?? Number.NaN
  }

  /** @throws {RangeError} where there is no such event. */
  get(number: number): StoredEvent {
    const chunk = this.#chunkOf(number)
    const offset = number % CHUNK_EVENTS
    const source = chunk.sources[offset]
    if (source === undefined) throw new RangeError(`The log has no event ${number}.`)
    return {
      publishedMs: chunk.publishedMs[offset] ?? Number.NaN,
      persistedMs: chunk.persistedMs[offset] ?? Number.NaN,
      source,
      index: chunk.indexes[offset] ?? 0,
    }
  }

  /** The first number that was persisted at this time or later. */
  firstPersistedFrom(epochMs: number): number {
    return firstPlace(this.#size, (number) => this.persistedMs(number) < epochMs)
  }

  /**
   * Lets go of the texts of events that were all persisted before a time, whole chunks at once from the front. What the
   * ledger says of them stays, `shrink` makes it.
   */
  release(beforeMs: number, shrink: (event: StoredEvent, number: number) => EventSource): void {
    while ((this.#releasedChunks + 1) * CHUNK_EVENTS <= this.#size) {
      const first = this.#releasedChunks * CHUNK_EVENTS
      if (this.persistedMs(first + CHUNK_EVENTS - 1) >= beforeMs) return
      const { sources } = this.#chunkOf(first)
      for (const offset of sources.keys()) {
        sources[offset] = shrink(this.get(first + offset), first + offset)
      }
      this.#releasedChunks++
    }
  }

  #chunkOf(number: number): Chunk {
    const chunk = this.#chunks[Math.floor(number / CHUNK_EVENTS)]
    if (chunk === undefined) throw new RangeError(`The log has no event ${number}.`)
    return chunk
  }
}

function newChunk(): Chunk {
  return {
    publishedMs: new Float64Array(CHUNK_EVENTS),
    persistedMs: new Float64Array(CHUNK_EVENTS),
    indexes: new Uint32Array(CHUNK_EVENTS),
    sources: [],
  }
}
