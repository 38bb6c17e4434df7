/** @module Ids that are good for one use: remembered until nobody could use them again anyway. */

import { createHash } from 'node:crypto'

const FIRST_SWEEP = 1_024

/** What was used. An id takes the same room however long it is, and is forgotten when its time is over. */
export class SpentIds {
  readonly #untilMs = new Map<string, number>()
  #sweepAt = FIRST_SWEEP

  /** How many are remembered. */
  get size(): number {
    return this.#untilMs.size
  }

  /** Whether an id was used and its time is not over. */
  has(id: string, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(digest(id))
    return untilMs !== undefined && nowMs < untilMs
  }

  /** Uses an id up until an instant; false where it was used before. */
  spend(id: string, untilMs: number, nowMs: number): boolean {
    if (this.has(id, nowMs)) return false
    if (this.#untilMs.size >= this.#sweepAt) this.#sweep(nowMs)
    this.#untilMs.set(digest(id), untilMs)
    return true
  }

  #sweep(nowMs: number): void {
    for (const [id, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(id)
    this.#sweepAt = Math.max(FIRST_SWEEP, this.#untilMs.size * 2)
  }
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64')
}
