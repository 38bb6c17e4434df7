/** @module Events that happened and are not in the log yet, the one to be persisted next first. */

import type { Arrival } from './event-source.ts'

interface Waiting {
  readonly arrival: Arrival
  readonly turn: number
}

/** A queue by persistence time; equal times leave in the order in which they came. */
export class Pending {
  readonly #heap: Waiting[] = []
  #turn = 0

  get size(): number {
    return this.#heap.length
  }

  add(arrival: Arrival): void {
    const added = { arrival, turn: this.#turn++ }
    let place = this.#heap.push(added) - 1
    while (place > 0) {
      const above = (place - 1) >>> 1
      const parent = this.#heap[above]
      if (parent === undefined || !isBefore(added, parent)) break
      this.#heap[place] = parent
      place = above
    }
    this.#heap[place] = added
  }

  /** Takes the first event out, if its time has come. */
  takeDue(nowMs: number): Arrival | undefined {
    const first = this.#heap[0]
    if (first === undefined || first.arrival.persistedMs > nowMs) return undefined
    const last = this.#heap.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first.arrival
  }

  #sink(moved: Waiting): void {
    let place = 0
    for (;;) {
      const left = this.#heap[2 * place + 1]
      const right = this.#heap[2 * place + 2]
      const rightFirst = left !== undefined && right !== undefined && isBefore(right, left)
      const next = rightFirst ? right : left
      if (next === undefined || !isBefore(next, moved)) break
      this.#heap[place] = next
      place = 2 * place + (rightFirst ? 2 : 1)
    }
    this.#heap[place] = moved
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  const difference = a.arrival.persistedMs - b.arrival.persistedMs
  return difference === 0 ? a.turn < b.turn : difference < 0
}
