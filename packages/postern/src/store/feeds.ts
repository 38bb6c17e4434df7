/** @module The table of feeds: what people declared. */

import type { Selectable } from 'kysely'
import type { FeedTable } from './schema.ts'
import type { Store } from './store.ts'

/** A stored feed. */
export type FeedRow = Readonly<Selectable<FeedTable>>

/** A feed by its id; undefined where there is none. */
export function readFeed(store: Store, id: string): Promise<FeedRow | undefined> {
  return store.db.selectFrom('feed').selectAll().where('id', '=', id).executeTakeFirst()
}
