/** @module How long events took to their sinks, in seconds of the day. */

import type { EventBook } from './event-book.ts'

/** Lags of one sink, or of a part of the day. */
export class Lags {
  readonly #counts: number[] = []
  #total = 0

  add(lagMs: number): void {
    const seconds = Math.max(0, Math.ceil(lagMs / 1_000))
    this.#counts[seconds] = (this.#counts[seconds] ?? 0) + 1
    this.#total++
  }

  /** The lag that this share of the events does not exceed. */
  at(share: number): number {
    let seen = 0
    for (const [seconds, count = 0] of this.#counts.entries()) {
      seen += count
      if (seen >= share * this.#total) return seconds
    }
    return 0
  }
}

/** The lags of every event into a sink. @param writtenMs - by batch */
export function lagsOf(book: EventBook, writtenMs: ReadonlyMap<number, number>): Lags {
  const lags = new Lags()
  for (let place = 0; place < book.size; place++) {
    const atMs = writtenMs.get(book.seqOf(place))
    if (atMs !== undefined) lags.add(atMs - book.shownMs(place))
  }
  return lags
}

/** What a part of the day came to. */
export interface Recovery {
  /** The longest that an event took which the log showed meanwhile. */
  readonly longest: number
  /** How long after its end everything was in the sink that the log had shown until then. */
  readonly caughtUp: number
}

/** How a sink came through a part of the day. */
export function recoveryOf(
  book: EventBook,
  writtenMs: ReadonlyMap<number, number>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Recovery {
  let longestMs = 0
  let lastMs = toMs
  for (let place = placeAt(book, fromMs); place < placeAt(book, toMs + 1); place++) {
    const atMs = writtenMs.get(book.seqOf(place)) ?? 0
    longestMs = Math.max(longestMs, atMs - book.shownMs(place))
    lastMs = Math.max(lastMs, atMs)
  }
  return { longest: Math.ceil(longestMs / 1_000), caughtUp: Math.ceil((lastMs - toMs) / 1_000) }
}

/** The first event that the log showed at a time or later. */
function placeAt(book: EventBook, epochMs: number): number {
  let [low, high] = [0, book.size]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (book.shownMs(middle) < epochMs) low = middle + 1
    else high = middle
  }
  return low
}
