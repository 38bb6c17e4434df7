/** @module Time that a test plays: everything that waits is an event, and time leaps from one to the next. */

import type { Clock } from '@postern/core'

interface TimedEvent {
  readonly atMs: number
  readonly happen: () => void
}

const START_MS = Date.parse('2026-01-15T12:00:00.437Z')

/** A clock whose time passes in {@link SimulatedTime.run} alone. */
export class SimulatedTime implements Clock {
  readonly #events: TimedEvent[] = []
  /** How far the wall clock of this machine is off; the true time is {@link SimulatedTime.trueMs}. */
  readonly #skewMs: number
  #elapsedMs = 0
  #sleepers = 0

  constructor(options: { readonly skewMs?: number } = {}) {
    this.#skewMs = options.skewMs ?? 0
  }

  /** The org's time, in milliseconds since the epoch. */
  get trueMs(): number {
    return START_MS + this.#elapsedMs
  }

  /** How many `sleep` calls have neither ended nor been aborted. */
  get sleepers(): number {
    return this.#sleepers
  }

  now(): Date {
    return new Date(this.trueMs + this.#skewMs)
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  sleep(waitMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    const signal = options?.signal
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      this.#sleepers++
      const cancel = this.after(waitMs, () => {
        this.#sleepers--
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      const onAbort = () => {
        this.#sleepers--
        cancel()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Lets something happen later. @returns what takes it back. */
  after(waitMs: number, happen: () => void): () => void {
    const event = { atMs: this.#elapsedMs + waitMs, happen }
    const index = this.#events.findLastIndex(({ atMs }) => atMs <= event.atMs)
    this.#events.splice(index + 1, 0, event)
    return () => {
      const place = this.#events.indexOf(event)
      if (place >= 0) this.#events.splice(place, 1)
    }
  }

  /** Plays everything that happens in this time. */
  async run(forMs: number): Promise<void> {
    const endMs = this.#elapsedMs + forMs
    await settled()
    for (;;) {
      const [next] = this.#events
      if (next === undefined || next.atMs > endMs) break
      this.#events.shift()
      this.#elapsedMs = next.atMs
      next.happen()
      await settled()
    }
    this.#elapsedMs = endMs
  }
}

/** Resolves when every promise that could go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
