/** @module The table of how far each sink of a feed has confirmed. */

import type { Selectable } from 'kysely'
import type { StoredError } from './feed-values.ts'
import type { FeedSinkTable, SinkTable } from './schema.ts'
import type { Store } from './store.ts'

/** How far a sink of a feed has confirmed. */
export type FeedSinkRow = Readonly<Selectable<FeedSinkTable>>

/** A sink of a feed. */
export interface FeedSink {
  readonly progress: FeedSinkRow
  readonly sink: Readonly<Selectable<SinkTable>>
}

/** Both rows at once: no column of the one has the name of one of the other. */
export type FeedSinkColumns = FeedSink['progress'] & FeedSink['sink']

/** A sink of a feed, of the columns of both. */
export function toFeedSink(row: FeedSinkColumns): FeedSink {
  return { progress: row, sink: row }
}

/** The sinks of a feed, by name. */
export function listFeedSinks(store: Store, feedId: string): Promise<readonly FeedSink[]> {
  return listSinksOfFeeds(store, [feedId])
}

/** The sinks of feeds, by name. */
export async function listSinksOfFeeds(
  store: Store,
  feedIds: readonly string[],
): Promise<readonly FeedSink[]> {
  if (feedIds.length === 0) return []
  const rows = await store.db
    .selectFrom('feed_sink')
    .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
    .selectAll('feed_sink')
    .selectAll('sink')
    .where('feed_sink.feed_id', 'in', [...feedIds])
    .orderBy('sink.name')
    .execute()
  return rows.map(toFeedSink)
}

/** Which sink of which feed. */
export interface FeedSinkKey {
  readonly feedId: string
  readonly sinkId: string
}

/** How far a sink of a feed has confirmed; undefined where it is no sink of the feed any more. */
export function readFeedSink(
  store: Store,
  { feedId, sinkId }: FeedSinkKey,
): Promise<FeedSinkRow | undefined> {
  return store.db
    .selectFrom('feed_sink')
    .selectAll()
    .where('feed_id', '=', feedId)
    .where('sink_id', '=', sinkId)
    .executeTakeFirst()
}

/** Keeps that a sink did not take the batch behind its offset. */
export async function saveSinkFailure(
  store: Store,
  { feedId, sinkId }: FeedSinkKey,
  failure: {
    /** In a row, with this one. */
    readonly failures: number
    readonly error: StoredError
    /** Not tried again before. */
    readonly retryAt: Date | undefined
  },
  now: Date,
): Promise<void> {
  const { failures, error, retryAt } = failure
  await store.db
    .updateTable('feed_sink')
    .set((set) => ({
      failures,
      failing_since: set.fn.coalesce('failing_since', set.val(now)),
      retry_at: retryAt ?? null,
      error: JSON.stringify(error),
    }))
    .where('feed_id', '=', feedId)
    .where('sink_id', '=', sinkId)
    .execute()
}

/** The feeds of a connection with a sink of that kind, each with the batch that this sink has confirmed. */
export function listFeedsInto(
  store: Store,
  connectionId: string,
  sinkKind: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly seq: number }[]> {
  return store.db
    .selectFrom('feed_sink')
    .innerJoin('feed', 'feed.id', 'feed_sink.feed_id')
    .innerJoin('sink', 'sink.id', 'feed_sink.sink_id')
    .select(({ fn }) => ['feed.id', 'feed.name', fn.min('feed_sink.seq').as('seq')])
    .where('feed.connection_id', '=', connectionId)
    .where('sink.kind', '=', sinkKind)
    .groupBy(['feed.id', 'feed.name'])
    .orderBy('feed.name')
    .execute()
}

/** Makes a sink one of a feed: it takes what is spooled from now on. */
export async function addFeedSink(store: Store, { feedId, sinkId }: FeedSinkKey): Promise<void> {
  const state = await store.db
    .selectFrom('feed_state')
    .select('seq')
    .where('feed_id', '=', feedId)
    .forUpdate()
    .executeTakeFirst()
  await store.db
    .insertInto('feed_sink')
    .values({
      feed_id: feedId,
      sink_id: sinkId,
      seq: state?.seq ?? 0,
      position: null,
      failures: 0,
      failing_since: null,
      retry_at: null,
      error: null,
      confirmed_at: null,
    })
    .execute()
}

/** Makes a sink no longer one of a feed. What waits for it alone is let go with the feed's next run. */
export async function removeFeedSink(store: Store, key: FeedSinkKey): Promise<void> {
  for (const table of ['feed_sink', 'dead_letter'] as const) {
    await store.db
      .deleteFrom(table)
      .where('feed_id', '=', key.feedId)
      .where('sink_id', '=', key.sinkId)
      .execute()
  }
}
