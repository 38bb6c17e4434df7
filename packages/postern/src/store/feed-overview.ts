/** @module What is said of feeds at a glance, out of the tables of their progress: so many questions, however many feeds there are. */

import { sql } from 'kysely'
import { type FeedSink, listSinksOfFeeds } from './feed-sinks.ts'
import { type RunRow, readLastRuns } from './runs.ts'
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
  readonly deadLetters: number
  readonly streams: readonly {
    readonly name: string
    readonly state: Readonly<Record<string, unknown>>
  }[]
  readonly sinks: readonly FeedSink[]
  readonly lastRun: RunRow | undefined
}

interface Row {
  readonly id: string
  readonly seq: string | number | null
  readonly records: string | number | null
  readonly bytes: string | number | null
  readonly last: Date | null
  readonly gaps: string | number
  readonly letters: string | number
}

/** How far feeds are, in the order of their ids. */
export async function readFeedProgress(
  store: Store,
  feedIds: readonly string[],
): Promise<readonly FeedProgress[]> {
  if (feedIds.length === 0) return []
  const { rows } = await sql<Row>`
    select feed.id, state.seq, state.spool_records as records, state.spool_bytes as bytes,
      (select max(last_published) from ledger where feed_id = feed.id) as last,
      (select count(*) from gap where feed_id = feed.id) as gaps,
      (select count(*) from dead_letter where feed_id = feed.id) as letters
    from jsonb_array_elements_text(${JSON.stringify(feedIds)}::jsonb) as feed(id)
    left join feed_state as state on state.feed_id = feed.id`.execute(store.db)
  const streams = await store.db
    .selectFrom('feed_stream')
    .select(['feed_id', 'name', 'state'])
    .where('feed_id', 'in', [...feedIds])
    .orderBy('name')
    .execute()
  const sinks = await listSinksOfFeeds(store, feedIds)
  const lastRuns = await readLastRuns(store, feedIds)
  return feedIds.map((feedId) => {
    const row = rows.find(({ id }) => id === feedId)
    return {
      seq: Number(row?.seq),
      spoolRecords: Number(row?.records),
      spoolBytes: Number(row?.bytes),
      lastPublished: row?.last ?? undefined,
      gaps: Number(row?.gaps),
      deadLetters: Number(row?.letters),
      streams: streams.filter(({ feed_id }) => feed_id === feedId),
      sinks: sinks.filter(({ progress }) => progress.feed_id === feedId),
      lastRun: lastRuns.find(({ feed_id }) => feed_id === feedId),
    }
  })
}
