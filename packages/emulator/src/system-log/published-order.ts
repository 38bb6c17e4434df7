/** @module The events of a log by their `published` time, for requests with `until` or DESCENDING. */

import { firstPlace } from '../state/first-place.ts'
import type { EventStore } from './event-store.ts'

/** Numbers of events by (published, number); late events are put into their place when somebody asks. */
export class PublishedOrder {
  readonly #store: EventStore
  #numbers = new Uint32Array(1_024)
  #size = 0

  constructor(store: EventStore) {
    this.#store = store
  }

  get size(): number {
    this.#update()
    return this.#size
  }

  /** The number of the event at a place. */
  at(place: number): number {
    return this.#numbers[place] ?? 0
  }

  /** The first place whose event is not before (published, number). */
  placeOf(publishedMs: number, number = 0): number {
    this.#update()
    return firstPlace(this.#size, (place) => {
      const candidate = this.at(place)
      const difference = this.#store.publishedMs(candidate) - publishedMs
      return difference < 0 || (difference === 0 && candidate < number)
    })
  }

  // Merges from the back, so that a few late events move only what lies behind them.
  #update(): void {
    const total = this.#store.size
    if (total === this.#size) return
    const added = Array.from({ length: total - this.#size }, (_, index) => this.#size + index)
    added.sort((a, b) => this.#store.publishedMs(a) - this.#store.publishedMs(b) || a - b)
    this.#grow(total)
    let old = this.#size - 1
    let fresh = added.length - 1
    for (let place = total - 1; fresh >= 0; place--) {
      const next = added[fresh] ?? 0
      const stays = this.at(old)
      if (old >= 0 && this.#store.publishedMs(stays) > this.#store.publishedMs(next)) {
        this.#numbers[place] = stays
        old--
      } else {
        this.#numbers[place] = next
        fresh--
      }
    }
    this.#size = total
  }

  #grow(size: number): void {
    if (size <= this.#numbers.length) return
    const larger = new Uint32Array(Math.max(size, this.#numbers.length * 2))
    larger.set(this.#numbers.subarray(0, this.#size))
    this.#numbers = larger
  }
}
