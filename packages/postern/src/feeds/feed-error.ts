/** @module Why a feed cannot be kept, or does not run. */

import { PosternError } from '@postern/core'

/** What can go wrong with a feed. */
export type FeedErrorCode =
  | 'feed_not_found'
  | 'feed_exists'
  | 'feed_invalid'
  | 'feed_fixed'
  | 'feed_changed'
  | 'feed_running'
  | 'feed_paused'
  | 'feed_retrying'
  | 'feed_fenced'
  | 'feed_nothing_held'
  | 'feed_without_objects'

/** A feed that cannot be kept, or does not run. */
export class FeedError extends PosternError<FeedErrorCode> {
  override readonly name = 'FeedError'
}
