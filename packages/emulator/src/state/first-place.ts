/** @module Binary search. */

/** The first of `size` places of which `isBefore` is no longer true; it must be true of all places before that one. */
export function firstPlace(size: number, isBefore: (place: number) => boolean): number {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}
