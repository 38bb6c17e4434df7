/** @module Where a feed reads: the org behind its connection, for as long as that is there. */

import type { Org } from '@postern/core'
import type { FeedToRun } from '../store/feeds.ts'
import type { FeedsContext } from './context.ts'

/** Where a feed reads. */
export interface Origin {
  readonly org: Org
  /** Of the service app. */
  readonly clientId: string | undefined
  /** Aborts when the connection is removed. */
  readonly signal: AbortSignal
}

/**
 * Opens where a feed reads.
 *
 * @param onRequest - told of each request to the org, and of how long it had waited before.
 * @throws whatever opening a connection refuses.
 */
export async function openOrigin(
  { connections }: Pick<FeedsContext, 'connections'>,
  feed: FeedToRun,
  onRequest: (waitedMs: number) => void,
): Promise<Origin> {
  const { connection, client_id: clientId } = feed
  const { org, signal } = await connections.open(connection)
  return { org: org.watched(onRequest), clientId: clientId ?? undefined, signal }
}
