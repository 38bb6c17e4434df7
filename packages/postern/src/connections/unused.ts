/** @module Whether anything reads over a connection: its feeds, which would be left behind without it. */

import type { ConnectionRow } from '../store/connections.ts'
import { listFeedsOfConnection } from '../store/feeds.ts'
import type { Store } from '../store/store.ts'
import { connectionInUse } from './stored-connection-error.ts'

/** @throws {StoredConnectionError} `connection_in_use` with the feeds that read over it. */
export async function requireUnused(
  store: Store,
  { id, name }: Pick<ConnectionRow, 'id' | 'name'>,
): Promise<void> {
  const feeds = await listFeedsOfConnection(store, id)
  if (feeds.length > 0) throw connectionInUse(name, feeds)
}
