/** @module Pages of the table of access keys, the newest first, and how many there are of each state. */

import { type SqlBool, sql } from 'kysely'
import type { AccessKeyRow } from './access-keys.ts'
import { literal } from './record-page.ts'
import type { Store } from './store.ts'

/** How an access key is; `ending`: it ends within a week. */
export const accessKeyStates = ['live', 'ending', 'expired', 'revoked'] as const

/** One of {@link accessKeyStates}. */
export type AccessKeyState = (typeof accessKeyStates)[number]

/** Which access keys. */
export interface AccessKeysQuery {
  /** Those whose rules name these connections alone; undefined: all. */
  readonly connections?: readonly string[] | undefined
  /** Stands anywhere in the name, in any case, or is the beginning of the id. */
  readonly text?: string | undefined
  /** In one of these. */
  readonly states?: readonly AccessKeyState[] | undefined
  /** What was made before this one. */
  readonly after?: Pick<AccessKeyRow, 'id' | 'created_at'> | undefined
  /** Undefined: all of them. */
  readonly limit?: number | undefined
}

const SOON_MS = 7 * 86_400_000

/** The access keys of one page. */
export function listAccessKeyPage(
  store: Store,
  { states, after, limit, ...which }: AccessKeysQuery,
  now: Date,
): Promise<readonly AccessKeyRow[]> {
  let query = store.db
    .selectFrom('access_key')
    .selectAll()
    .where(fits(which))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
  if (states !== undefined) query = query.where(stateAt(now), 'in', [...states])
  if (after !== undefined)
    query = query.where(sql<SqlBool>`(created_at, id) < (${after.created_at}, ${after.id})`)
  if (limit !== undefined) query = query.limit(limit)
  return query.execute()
}

/** How many access keys there are of those that are asked for, by state. */
export async function countAccessKeys(
  store: Store,
  which: Pick<AccessKeysQuery, 'connections' | 'text'>,
  now: Date,
): Promise<Readonly<Record<AccessKeyState, number>>> {
  const state = stateAt(now)
  const rows = await store.db
    .selectFrom('access_key')
    .select(({ fn }) => [state.as('state'), fn.countAll<string | number>().as('count')])
    .where(fits(which))
    // By its place: the moment is another parameter each time it is named.
    .groupBy(sql`1`)
    .execute()
  const counts = { live: 0, ending: 0, expired: 0, revoked: 0 }
  for (const { state: of, count } of rows) counts[of] = Number(count)
  return counts
}

function fits({ connections, text }: Pick<AccessKeysQuery, 'connections' | 'text'>) {
  const isManaged =
    connections === undefined
      ? sql`true`
      : sql`not exists (
          select 1 from jsonb_array_elements(rules) as rule,
            jsonb_array_elements_text(rule -> 'connections') as named(name)
          where named.name not in (select jsonb_array_elements_text(${JSON.stringify(connections)}::jsonb)))`
  const isSaid =
    text === undefined
      ? sql`true`
      : sql`(name ilike ${`%${literal(text)}%`} or id ilike ${`${literal(text)}%`})`
  return sql<boolean>`${isManaged} and ${isSaid}`
}

function stateAt(now: Date) {
  return sql<AccessKeyState>`case when revoked_at is not null then 'revoked'
    when expires_at <= ${now} then 'expired'
    when expires_at < ${new Date(now.getTime() + SOON_MS)} then 'ending' else 'live' end`
}
