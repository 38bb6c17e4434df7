/** @module A part of a list, spread evenly over it. */

import { fraction } from '../random.ts'

/** About `share` of a list, at least one of a list that has any, in the list's order; the same seed chooses the same. */
export function* chooseSome<T>(list: readonly T[], share: number, seed: number): Generator<T> {
  const count = Math.min(list.length, Math.max(1, Math.round(list.length * share)))
  const step = list.length / count
  for (let index = 0; index < count; index++) {
    const chosen = list[Math.floor((index + fraction(seed, index)) * step)]
    if (chosen !== undefined) yield chosen
  }
}
