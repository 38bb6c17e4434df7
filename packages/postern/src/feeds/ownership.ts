/** @module Who owns a feed: the one whose epoch is the newest. Everything that a run stores goes through here. */

import { type FeedStateRow, holdFeed } from '../store/feed-states.ts'
import type { Store } from '../store/store.ts'
import { FeedError } from './feed-error.ts'

/** A feed as the owner of one run may change it. */
export class Ownership {
  readonly feedId: string
  readonly epoch: number
  readonly #store: Store
  readonly #onPaused: () => void

  /** @param parts.onPaused - told where a transaction finds the feed paused. */
  constructor(parts: {
    readonly store: Store
    readonly feedId: string
    readonly epoch: number
    readonly onPaused: () => void
  }) {
    this.#store = parts.store
    this.feedId = parts.feedId
    this.epoch = parts.epoch
    this.#onPaused = parts.onPaused
  }

  /**
   * Runs `work` in a transaction in which nobody else can become the owner.
   *
   * @throws {FeedError} `feed_fenced` where somebody has, or the feed was removed.
   */
  async transaction<Result>(work: (held: FeedStateRow) => Promise<Result>): Promise<Result> {
    const { feedId, epoch } = this
    return this.#store.transaction(async () => {
      const held = await holdFeed(this.#store, feedId, epoch)
      if (held === undefined) throw fenced()
      if (held.paused_at !== null) this.#onPaused()
      return work(held)
    })
  }
}

function fenced(): FeedError {
  return new FeedError('feed_fenced', 'Another process took the feed over, or it was removed.', {
    remedy: 'Look at its runs with postern feed runs: the newest one goes on where this one ended.',
  })
}
