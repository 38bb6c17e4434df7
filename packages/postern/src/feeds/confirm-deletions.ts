/** @module A person says that deletions which a feed holds back are true. */

import type { HeldDeletions } from '../store/feed-values.ts'
import { holdHeldDeletions, putHeldDeletions } from '../store/held-deletions.ts'
import type { Store } from '../store/store.ts'
import { FeedError } from './feed-error.ts'

/**
 * Confirms what a feed holds back; its next run passes it on. Written in the transaction that the caller runs in, if any.
 *
 * @param generation - of the sweep that found them, as whoever confirms has seen it.
 * @throws {FeedError} `feed_nothing_held` where nothing is held back, or what another sweep found.
 */
export async function confirmDeletions(
  store: Store,
  feedId: string,
  generation: number,
  now: Date,
): Promise<HeldDeletions> {
  return store.transaction(async () => {
    const held = await holdHeldDeletions(store, feedId)
    if (held?.generation !== generation) throw nothingHeld(held)
    const confirmed = { ...held, confirmedAt: now.toISOString() }
    await putHeldDeletions(store, feedId, confirmed)
    return confirmed
  })
}

function nothingHeld(held: HeldDeletions | undefined): FeedError {
  const observed =
    held === undefined
      ? 'The feed holds no deletions back.'
      : `The feed holds back what sweep ${held.generation} found, and that is another one.`
  return new FeedError('feed_nothing_held', observed, {
    remedy: 'Look at what it holds back now (postern feed show NAME), and confirm that.',
  })
}
