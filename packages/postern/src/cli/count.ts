/** @module Counts, as a person reads them. */

/** `12,400`; below ten with a digit behind the point, where there is one. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: count < 10 ? 1 : 0 })
}

/**
 * `1 event`, `1 batch`, `12,400 events`
 *
 * @param plural - ends in an s, or an es behind ch, which is all that one of them has less.
 */
export function formatCountOf(count: number, plural: string): string {
  return `${formatCount(count)} ${count === 1 ? plural.replace(/(?<=ch)es$|s$/, '') : plural}`
}
