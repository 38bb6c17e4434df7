/** @module Deletions in bounded steps: an embedded store answers nobody else during a statement, and a server ends one that takes long. */

/** How many rows go in one statement. */
export const STEP = 1_000

/** Repeats a deletion until it finds less than a step. @returns how many rows there were. */
export async function inSteps(
  signal: AbortSignal | undefined,
  step: () => Promise<number>,
): Promise<number> {
  let all = 0
  for (;;) {
    signal?.throwIfAborted()
    const removed = await step()
    all += removed
    if (removed < STEP) return all
  }
}
