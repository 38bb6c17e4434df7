/** @module A clock that the test moves: nothing sleeps, waits are recorded. */

import type { Clock } from '@postern/core'

/** A clock that stands still until it is moved. A `sleep` moves it by its own length. */
export class TestClock implements Clock {
  #nowMs: number
  #monotonicMs = 0
  /** Every wait that was asked for, in milliseconds. */
  readonly waits: number[] = []

  constructor(now: Date = new Date()) {
    this.#nowMs = now.getTime()
  }

  now(): Date {
    return new Date(this.#nowMs)
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  async sleep(
    waitMs: number,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<void> {
    options?.signal?.throwIfAborted()
    this.waits.push(waitMs)
    this.advance(waitMs)
  }

  /** Time passes. */
  advance(byMs: number): void {
    this.#nowMs += byMs
    this.#monotonicMs += byMs
  }

  /** The wall clock is set; no time passes. */
  set(now: Date): void {
    this.#nowMs = now.getTime()
  }
}
