/** @module What is said of a feed at a glance, out of the tables of its progress. */

import { listFeedSinks } from './feed-sinks.ts'
import type { Store } from './store.ts'

/** How far a feed is. */
export interface FeedProgress {
  /** The last batch that was spooled. */
  readonly seq: number
  readonly spoolRecords: number
  readonly spoolBytes: number
  /** When the last event that was read was published; absent for objects, and where none was. */
  readonly lastPublished: Date | undefined
  readonly gaps: number
  readonly streams: readonly {
    readonly name: string
    readonly state: Readonly<Record<string, unknown>>
  }[]
  readonly sinks: Awaited<ReturnType<typeof listFeedSinks>>
}

/** How far a feed is. */
export async function readFeedProgress(store: Store, feedId: string): Promise<FeedProgress> {
  const state = await store.db
    .selectFrom('feed_state')
    .selectAll()
    .where('feed_id', '=', feedId)
    .executeTakeFirst()
  const ledger = await store.db
    .selectFrom('ledger')
    .select((select) => select.fn.max('last_published').as('last'))
    .where('feed_id', '=', feedId)
    .executeTakeFirst()
  const gaps = await store.db
    .selectFrom('gap')
    .select((select) => select.fn.countAll().as('count'))
    .where('feed_id', '=', feedId)
    .executeTakeFirst()
  const streams = await store.db
    .selectFrom('feed_stream')
    .select(['name', 'state'])
    .where('feed_id', '=', feedId)
    .orderBy('name')
    .execute()
  return {
    seq: state?.seq ?? 0,
    spoolRecords: state?.spool_records ?? 0,
    spoolBytes: state?.spool_bytes ?? 0,
    lastPublished: ledger?.last ?? undefined,
    gaps: Number(gaps?.count ?? 0),
    streams,
    sinks: await listFeedSinks(store, feedId),
  }
}
