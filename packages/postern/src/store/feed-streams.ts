/** @module The table of streams: how far each was read, in the words of whoever reads it. */

import type { JsonObject } from '@postern/core'
import type { Store } from './store.ts'

/** The state of a stream; undefined before its first. */
export async function readStreamState(
  store: Store,
  feedId: string,
  name: string,
): Promise<JsonObject | undefined> {
  const row = await store.db
    .selectFrom('feed_stream')
    .select('state')
    .where('feed_id', '=', feedId)
    .where('name', '=', name)
    .executeTakeFirst()
  // Only `putStreamState` writes it.
  return row?.state as JsonObject | undefined
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
