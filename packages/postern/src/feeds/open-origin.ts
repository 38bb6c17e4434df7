/** @module Where a feed reads: the org behind its connection, for as long as that is there. */

import type { Org } from '@postern/core'
import { readConnection } from '../store/connections.ts'
import type { FeedRow } from '../store/feeds.ts'
import type { FeedsContext } from './context.ts'
import { FeedError } from './feed-error.ts'

/** Where a feed reads. */
export interface Origin {
  readonly org: Org
  /** Of the service app. */
  readonly clientId: string | undefined
  readonly connection: string
  /** Aborts when the connection is removed. */
  readonly signal: AbortSignal
}

/**
 * Opens where a feed reads.
 *
 * @param onRequest - told of each request to the org, and of how long it had waited before.
 * @throws {FeedError} `feed_not_found` where the connection is gone; whatever opening a connection refuses.
 */
export async function openOrigin(
  { store, connections }: Pick<FeedsContext, 'store' | 'connections'>,
  feed: FeedRow,
  onRequest: (waitedMs: number) => void,
): Promise<Origin> {
  const row = await readConnection(store, feed.connection_id)
  if (row === undefined) {
    throw new FeedError('feed_not_found', 'The connection of the feed was removed.', {
      remedy: `Remove the feed too: postern feed remove ${feed.name}.`,
    })
  }
  const { org, signal } = await connections.open(row.name)
  const clientId = row.client_id ?? undefined
  return { org: org.watched(onRequest), clientId, connection: row.name, signal }
}
