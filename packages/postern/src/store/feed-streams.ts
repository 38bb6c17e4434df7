/** @module The table of streams: how far each was read, in the words of whoever reads it. */

import type { JsonObject } from '@postern/core'
import type { Store } from './store.ts'

/** The states of a feed's streams, by their names; a stream has none before its first. */
export async function readStreamStates(
  store: Store,
  feedId: string,
): Promise<ReadonlyMap<string, JsonObject>> {
  const rows = await store.db
    .selectFrom('feed_stream')
    .select(['name', 'state'])
    .where('feed_id', '=', feedId)
    .execute()
  // Only `putStreamState` writes them.
  return new Map(rows.map(({ name, state }) => [name, state as JsonObject]))
}

/** Keeps the state of a stream. @param now - the org's time */
export async function putStreamState(
  store: Store,
  stream: { readonly feedId: string; readonly name: string; readonly state: JsonObject },
  now: Date,
): Promise<void> {
  const content = { state: JSON.stringify(stream.state), updated_at: now }
  await store.db
    .insertInto('feed_stream')
    .values({ feed_id: stream.feedId, name: stream.name, ...content })
    .onConflict((conflict) => conflict.columns(['feed_id', 'name']).doUpdateSet(content))
    .execute()
}
