/** @module Whether an empty answer is believed: without an admin role an org shows nothing, and says nothing of that. */

// Of an org in which nothing happens, not each run has to prove that it shows anything.
const SIGHTED_MS = 10 * 60_000

/** Whether the org has shown something lately. @param now - the org's time */
export function isSighted(
  { sightedAt }: { readonly sightedAt?: Date | undefined },
  now: Date,
): boolean {
  if (sightedAt === undefined) return false
  const agoMs = now.getTime() - sightedAt.getTime()
  // A time to come is one of a clock that was wrong.
  return agoMs >= 0 && agoMs < SIGHTED_MS
}
