/** @module The table of feeds: what people declared. */

import type { Selectable } from 'kysely'
import type { FeedSettings, MissedPolicy } from './feed-values.ts'
import type { FeedTable } from './schema.ts'
import type { Store } from './store.ts'

/** A stored feed. */
export type FeedRow = Readonly<Selectable<FeedTable>>

/** A feed by its id; undefined where there is none. */
export function readFeed(store: Store, id: string): Promise<FeedRow | undefined> {
  return store.db.selectFrom('feed').selectAll().where('id', '=', id).executeTakeFirst()
}

/** A feed by its id, which nobody else changes until the transaction ends. */
export function holdFeedRow(store: Store, id: string): Promise<FeedRow | undefined> {
  return store.db.selectFrom('feed').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/** A feed that is about to run, with the connection that it reads over. */
export type FeedToRun = FeedRow & {
  /** Its name. */
  readonly connection: string
  readonly client_id: string | null
  readonly org_url: string
}

/** The same with the connection that it reads over. */
export function holdFeedToRun(store: Store, id: string): Promise<FeedToRun | undefined> {
  return store.db
    .selectFrom('feed')
    .innerJoin('connection', 'connection.id', 'feed.connection_id')
    .selectAll('feed')
    .select(['connection.name as connection', 'connection.client_id', 'connection.org_url'])
    .where('feed.id', '=', id)
    .forUpdate('feed')
    .executeTakeFirst()
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

/** The feeds with a schedule whose next run is due later than a time. */
export function listFeedsDueAfter(
  store: Store,
  time: Date,
): Promise<readonly Pick<FeedRow, 'id' | 'cron' | 'timezone' | 'next_run_at'>[]> {
  return store.db
    .selectFrom('feed')
    .select(['id', 'cron', 'timezone', 'next_run_at'])
    .where('cron', 'is not', null)
    .where('paused_at', 'is', null)
    .where('next_run_at', '>', time)
    .execute()
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

/** A feed with the name of its connection. */
export type NamedFeedRow = FeedRow & { readonly connection: string }

/** A feed that is to be stored. */
export interface NewFeed {
  readonly id: string
  readonly name: string
  readonly connectionId: string
  readonly input: string
  readonly settings: FeedSettings
  readonly cron: string | undefined
  readonly timezone: string
  readonly missed: MissedPolicy
  readonly pausedAt: Date | undefined
}

/** What of a feed can be changed. */
export type FeedChange = Pick<NewFeed, 'settings' | 'cron' | 'timezone' | 'missed'>

/** Stores a feed that has read nothing yet. False where another one has the name. */
export async function insertFeed(store: Store, feed: NewFeed, now: Date): Promise<boolean> {
  const inserted = await store.db
    .insertInto('feed')
    .values({
      id: feed.id,
      name: feed.name,
      connection_id: feed.connectionId,
      input: feed.input,
      settings: JSON.stringify(feed.settings),
      cron: feed.cron ?? null,
      timezone: feed.timezone,
      missed: feed.missed,
      paused_at: feed.pausedAt ?? null,
      next_run_at: null,
      held: null,
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Feeds, each with the name of its connection. */
export function namedFeeds(store: Store) {
  return store.db
    .selectFrom('feed')
    .innerJoin('connection', 'connection.id', 'feed.connection_id')
    .selectAll('feed')
    .select('connection.name as connection')
}

/** The feed of a name; undefined where there is none. */
export function findFeed(store: Store, name: string): Promise<NamedFeedRow | undefined> {
  return namedFeeds(store).where('feed.name', '=', name).executeTakeFirst()
}

/** The names of the feeds of a connection, in order. */
export async function listFeedsOfConnection(
  store: Store,
  connectionId: string,
): Promise<readonly string[]> {
  const rows = await store.db
    .selectFrom('feed')
    .select('name')
    .where('connection_id', '=', connectionId)
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}

/** Holds a connection until the end of the transaction, so that it is not removed meanwhile. False where it is gone. */
export async function holdConnection(store: Store, id: string): Promise<boolean> {
  const row = await store.db
    .selectFrom('connection')
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/** Changes a feed that is still as it was read. False where it was changed or removed since. */
export async function updateFeed(
  store: Store,
  { id, revision }: Pick<FeedRow, 'id' | 'revision'>,
  change: Partial<FeedChange> & { readonly pausedAt?: Date | null },
  now: Date,
): Promise<boolean> {
  const { settings, timezone, missed, pausedAt } = change
  const updated = await store.db
    .updateTable('feed')
    .set({
      revision: revision + 1,
      updated_at: now,
      ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
      ...('cron' in change ? { cron: change.cron ?? null } : {}),
      ...(timezone === undefined ? {} : { timezone }),
      ...(missed === undefined ? {} : { missed }),
      ...(pausedAt === undefined ? {} : { paused_at: pausedAt }),
    })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .returning('id')
    .executeTakeFirst()
  return updated !== undefined
}

const OF_A_FEED = ['feed_state', 'feed_stream', 'feed_sink', 'run', 'gap'] as const

/**
 * Deletes a feed. What may be many rows of it stays, and nobody looks at it any more: see `clearRemovedFeed`.
 *
 * @returns whether it was there.
 */
export async function deleteFeed(store: Store, id: string): Promise<boolean> {
  return store.transaction(async () => {
    // Before anything else: who begins a run of it now would leave rows of a feed that is gone.
    if ((await holdFeedRow(store, id)) === undefined) return false
    // Then the fence: whoever runs it writes nothing from now on.
    for (const table of OF_A_FEED) {
      await store.db.deleteFrom(table).where('feed_id', '=', id).execute()
    }
    await store.db.deleteFrom('feed').where('id', '=', id).execute()
    return true
  })
}
