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

/** The ids of the feeds that run by themselves. */
export async function listScheduledFeeds(store: Store): Promise<readonly string[]> {
  const rows = await store.db
    .selectFrom('feed')
    .select('id')
    .where('cron', 'is not', null)
    .where('paused_at', 'is', null)
    .execute()
  return rows.map(({ id }) => id)
}

/** How many feeds there are. */
export async function countFeeds(store: Store): Promise<number> {
  const row = await store.db
    .selectFrom('feed')
    .select((select) => select.fn.countAll().as('count'))
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}

/** Keeps when a feed is due next; null: nobody has been told to run it. */
export async function setNextRun(store: Store, id: string, at: Date | null): Promise<void> {
  await store.db.updateTable('feed').set({ next_run_at: at }).where('id', '=', id).execute()
}
