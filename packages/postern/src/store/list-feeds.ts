/** @module Pages of the table of feeds, by name, and how many there are of each state. */

import { type SqlBool, sql } from 'kysely'
import { type NamedFeedRow, namedFeeds } from './feeds.ts'
import { literal } from './record-page.ts'
import type { Store } from './store.ts'

/**
 * How a feed is, what keeps it from its work first. `failed`: its last run could not read, or a sink takes nothing; `held`: deletions
 * wait for a person; `incomplete`: it has gaps or dead letters.
 */
export const feedConditions = ['failed', 'held', 'paused', 'running', 'incomplete', 'ok'] as const

/** One of {@link feedConditions}. */
export type FeedCondition = (typeof feedConditions)[number]

/** Which feeds. */
export interface FeedsQuery {
  /** Of these connections alone; undefined: of all. */
  readonly connections?: readonly string[] | undefined
  readonly connection?: string | undefined
  /** Stands anywhere in the name, in that of the connection or in that of the input, in any case. */
  readonly text?: string | undefined
  readonly conditions?: readonly FeedCondition[] | undefined
  /** Those whose names come later. */
  readonly after?: string | undefined
  readonly limit: number
}

/** Feeds by name. */
export function listFeeds(
  store: Store,
  { conditions, after, limit, ...which }: FeedsQuery,
): Promise<readonly NamedFeedRow[]> {
  let query = namedFeeds(store).where(fits(which)).orderBy('feed.name').limit(limit)
  if (conditions !== undefined)
    query = query.where(
      sql<SqlBool>`${condition} in (select jsonb_array_elements_text(${JSON.stringify(conditions)}::jsonb))`,
    )
  if (after !== undefined) query = query.where('feed.name', '>', after)
  return query.execute()
}

/** How many feeds there are of those that are asked for, by how they are. */
export async function countFeedsByCondition(
  store: Store,
  which: Pick<FeedsQuery, 'connections' | 'connection' | 'text'>,
): Promise<Readonly<Record<FeedCondition, number>>> {
  const rows = await store.db
    .selectFrom('feed')
    .innerJoin('connection', 'connection.id', 'feed.connection_id')
    .select(({ fn }) => [condition.as('condition'), fn.countAll<string | number>().as('count')])
    .where(fits(which))
    .groupBy(sql`1`)
    .execute()
  const counts = { failed: 0, held: 0, paused: 0, running: 0, incomplete: 0, ok: 0 }
  for (const { condition: of, count } of rows) counts[of] = Number(count)
  return counts
}

// What few feeds have is looked for once, and not for each of them.
const condition = sql<FeedCondition>`case
  when feed.id in (select feed_id from feed_sink where failing_since is not null) then 'failed'
  when feed.id in (select feed_id from run where outcome = 'failed')
    and ${lastOutcome()} = 'failed' then 'failed'
  when feed.held is not null then 'held'
  when feed.paused_at is not null then 'paused'
  when 'feed:' || feed.id in (select name from lease where until >= now())
    and ${lastOutcome()} = '' then 'running'
  when feed.id in (select feed_id from gap) or feed.id in (select feed_id from dead_letter) then 'incomplete'
  else 'ok' end`

function lastOutcome() {
  return sql`(select coalesce(outcome, '') from run where feed_id = feed.id
    order by started_at desc, epoch desc limit 1)`
}

function fits(which: Pick<FeedsQuery, 'connections' | 'connection' | 'text'>) {
  const { connections, connection, text } = which
  const pattern = `%${literal(text ?? '')}%`
  const isSeen =
    connections === undefined
      ? sql`true`
      : sql`connection.name in (select jsonb_array_elements_text(${JSON.stringify(connections)}::jsonb))`
  const isOf = connection === undefined ? sql`true` : sql`connection.name = ${connection}`
  const isSaid =
    text === undefined
      ? sql`true`
      : sql`(feed.name ilike ${pattern} or connection.name ilike ${pattern} or feed.input ilike ${pattern})`
  return sql<SqlBool>`${isSeen} and ${isOf} and ${isSaid}`
}
