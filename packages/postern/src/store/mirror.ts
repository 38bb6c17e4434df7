/** @module The table of what an org's objects were like when a feed last saw them. Every statement takes a whole page. */

import { type RawBuilder, sql } from 'kysely'
import type { MirrorTable } from './schema.ts'
import type { Store } from './store.ts'

/** Which object of a feed. */
export interface MirrorKey {
  readonly kind: string
  readonly id: string
}

/** An object as it was last seen. */
export type MirrorRow = Readonly<Omit<MirrorTable, 'feed_id' | 'first_seen_at'>>

/** An object to be stored. */
export interface NewMirrorRow extends MirrorKey {
  readonly parent: string | undefined
  readonly version: number
  readonly hash: string
  readonly lastUpdated: Date | undefined
  /** When it was seen to be so: later than what was known. Absent: now. */
  readonly changedAt?: Date
}

/** Which objects a complete read missed: those that were known when it began. */
export interface MissedBy {
  readonly feedId: string
  readonly kinds: readonly string[]
  readonly generation: number
  readonly since: Date
}

/** The complete read that saw what was taken over: none of this feed. */
export const ADOPTED = -1

const columns = sql`m.kind, m.id, m.parent, m.version, m.hash, m.last_updated, m.generation, m.changed_at, m.deleted_at`

/** What is known of those objects; deleted ones too. */
export async function readMirror(
  store: Store,
  feedId: string,
  keys: readonly MirrorKey[],
): Promise<readonly MirrorRow[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<MirrorRow>`
    select ${columns} from ${keysOf(keys)}
    join mirror m on m.feed_id = ${feedId} and m.kind = k.kind and m.id = k.id`.execute(store.db)
  return rows
}

/** Stores objects as they are now; none of them twice. */
export async function putMirror(
  store: Store,
  feedId: string,
  rows: readonly NewMirrorRow[],
  seen: { readonly generation: number; readonly now: Date },
): Promise<void> {
  if (rows.length === 0) return
  const json = JSON.stringify(rows)
  await sql`
    insert into mirror (feed_id, kind, id, parent, version, hash, last_updated, generation, changed_at, first_seen_at, deleted_at)
    select ${feedId}::text, r.kind, r.id, r.parent, r.version, r.hash, r."lastUpdated",
      ${seen.generation}::bigint, coalesce(r."changedAt", ${seen.now}::timestamptz), ${seen.now}::timestamptz, null::timestamptz
    from jsonb_to_recordset(${json}::jsonb)
      as r(kind text, id text, parent text, version bigint, hash text,
        "lastUpdated" timestamptz, "changedAt" timestamptz)
    on conflict (feed_id, kind, id) do update set
      parent = excluded.parent, version = excluded.version, hash = excluded.hash,
      last_updated = excluded.last_updated, generation = excluded.generation,
      changed_at = excluded.changed_at, deleted_at = null`.execute(store.db)
}

/** Notes that a complete read saw those objects; nothing else of them changes. */
export async function markMirror(
  store: Store,
  feedId: string,
  keys: readonly MirrorKey[],
  generation: number,
): Promise<void> {
  if (keys.length === 0) return
  await sql`
    update mirror m set generation = ${generation}::bigint from ${keysOf(keys)}
    where m.feed_id = ${feedId} and m.kind = k.kind and m.id = k.id`.execute(store.db)
}

/**
 * Notes that those objects are gone, which is a change of each, later than those before. One that is known to be gone already is
 * left out, unless that was last passed on before `resyncedBy`: then it is once more, as of the time at which it was seen.
 *
 * @param options.resyncedBy - the last complete read that passes on everything; 0: none was asked to.
 */
export async function removeMirror(
  store: Store,
  feedId: string,
  keys: readonly MirrorKey[],
  { now, resyncedBy }: { readonly now: Date; readonly resyncedBy: number },
): Promise<readonly MirrorRow[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<MirrorRow>`
    update mirror m
    set version = m.version + 1, deleted_at = coalesce(m.deleted_at, ${now}::timestamptz),
      changed_at = case when m.deleted_at is null
        then greatest(${now}::timestamptz, m.changed_at + interval '1 millisecond')
        else m.changed_at end,
      generation = greatest(m.generation, ${resyncedBy}::bigint)
    from ${keysOf(keys)}
    where m.feed_id = ${feedId} and m.kind = k.kind and m.id = k.id
      and (m.deleted_at is null or m.generation < ${resyncedBy}::bigint)
    returning ${columns}`.execute(store.db)
  return rows
}

/** Some objects that are known to be gone, which was last passed on before a complete read. Those to be read again are left out. */
export async function listRemoved(
  store: Store,
  feedId: string,
  { kinds, before, limit }: { kinds: readonly string[]; before: number; limit: number },
): Promise<readonly MirrorKey[]> {
  return store.db
    .selectFrom('mirror as m')
    .select(['kind', 'id'])
    .where('feed_id', '=', feedId)
    .where('kind', 'in', kinds)
    .where('generation', '<', before)
    .where('deleted_at', 'is not', null)
    .where(
      sql<boolean>`not exists (select from reread r
        where r.feed_id = m.feed_id and r.kind = m.kind and r.id = m.id)`,
    )
    .limit(limit)
    .execute()
}

/** What a complete read came to, of the objects of a kind that were known when it began. */
export interface MissedCount {
  readonly kind: string
  readonly seen: number
  readonly missed: number
  /** Of those that were missed: how many the feed itself never saw. */
  readonly adopted: number
}

/** How many objects of each kind a complete read saw, and how many it missed. */
export async function countMissed(
  store: Store,
  { feedId, kinds, generation, since }: MissedBy,
): Promise<readonly MissedCount[]> {
  return store.db
    .selectFrom('mirror')
    .select((one) => [
      'kind',
      one.fn.countAll<number>().filterWhere('generation', '>=', generation).as('seen'),
      one.fn.countAll<number>().filterWhere('generation', '<', generation).as('missed'),
      one.fn.countAll<number>().filterWhere('generation', '=', ADOPTED).as('adopted'),
    ])
    .where('feed_id', '=', feedId)
    .where('kind', 'in', kinds)
    .where('deleted_at', 'is', null)
    .where('first_seen_at', '<', since)
    .groupBy('kind')
    .execute()
}

/** Some of the objects that a complete read missed, in the order of their ids. */
export function listMissed(
  store: Store,
  { feedId, kinds, generation, since }: MissedBy,
  limit: number,
): Promise<readonly Pick<MirrorRow, 'kind' | 'id' | 'parent'>[]> {
  return store.db
    .selectFrom('mirror')
    .select(['kind', 'id', 'parent'])
    .where('feed_id', '=', feedId)
    .where('kind', 'in', kinds)
    .where('generation', '<', generation)
    .where('deleted_at', 'is', null)
    .where('first_seen_at', '<', since)
    .orderBy('kind')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** The objects behind a parent that the last complete read of its list missed. */
export async function listMissedBehind(
  store: Store,
  { feedId, kind, parent }: { feedId: string; kind: string; parent: string },
  generation: number,
  limit: number,
): Promise<readonly MirrorKey[]> {
  return store.db
    .selectFrom('mirror')
    .select(['kind', 'id'])
    .where('feed_id', '=', feedId)
    .where('kind', '=', kind)
    .where('parent', '=', parent)
    .where('generation', '<', generation)
    .where('deleted_at', 'is', null)
    .limit(limit)
    .execute()
}

/** The number of the last complete read: of everything, or the list behind a parent. 0 where there was none. */
export async function lastGeneration(
  store: Store,
  feedId: string,
  behind?: { readonly kind: string; readonly parent: string },
): Promise<number> {
  let query = store.db
    .selectFrom('mirror')
    .select((one) => one.fn.max('generation').as('last'))
    .where('feed_id', '=', feedId)
  if (behind !== undefined) {
    query = query.where('kind', '=', behind.kind).where('parent', '=', behind.parent)
  }
  return (await query.executeTakeFirst())?.last ?? 0
}

/** How many objects there are behind each of those parents. */
export async function countBehind(
  store: Store,
  { feedId, kind, parents }: { feedId: string; kind: string; parents: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  if (parents.length === 0) return new Map()
  const rows = await store.db
    .selectFrom('mirror')
    .select((one) => ['parent', one.fn.countAll<number>().as('count')])
    .where('feed_id', '=', feedId)
    .where('kind', '=', kind)
    .where('parent', 'in', parents)
    .where('deleted_at', 'is', null)
    .groupBy('parent')
    .execute()
  return new Map(rows.map(({ parent, count }) => [parent ?? '', count]))
}

/**
 * Lets the database count the mirror. One that has no statistics reads the whole of it for each page, and an embedded one never
 * counts by itself.
 */
export async function analyzeMirror(store: Store): Promise<void> {
  await sql`analyze mirror`.execute(store.db)
}

/** Keys as a table `k`: one parameter, however many there are. */
function keysOf(keys: readonly MirrorKey[]): RawBuilder<unknown> {
  const json = JSON.stringify(keys.map(({ kind, id }) => ({ kind, id })))
  return sql`jsonb_to_recordset(${json}::jsonb) as k(kind text, id text)`
}
