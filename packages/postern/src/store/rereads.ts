/** @module The table of objects that are to be read again, because something happened to them. */

import { sql } from 'kysely'
import type { MirrorKey } from './mirror.ts'
import type { Store } from './store.ts'

/** When objects are read again; hints of the same object come together. */
export interface RereadTimes {
  readonly dueAt: Date
  /** Once more, for an answer that was behind; absent: not. */
  readonly againAt?: Date | undefined
}

/** Puts objects on the list. One that is on it keeps the earlier time, and is read once more at the later one. */
export async function addRereads(
  store: Store,
  feedId: string,
  keys: readonly MirrorKey[],
  { dueAt, againAt }: RereadTimes,
): Promise<void> {
  if (keys.length === 0) return
  const distinct = new Map(keys.map(({ kind, id }) => [`${kind} ${id}`, { kind, id }]))
  const json = JSON.stringify([...distinct.values()])
  await sql`
    insert into reread (feed_id, kind, id, due_at, again_at)
    select ${feedId}::text, k.kind, k.id, ${dueAt}::timestamptz, ${againAt ?? null}::timestamptz
    from jsonb_to_recordset(${json}::jsonb) as k(kind text, id text)
    on conflict (feed_id, kind, id) do update set
      due_at = least(reread.due_at, excluded.due_at),
      again_at = greatest(reread.again_at, excluded.again_at)`.execute(store.db)
}

/** The objects whose time has come, those that wait longest first. */
export function listDueRereads(
  store: Store,
  feedId: string,
  now: Date,
  limit: number,
): Promise<readonly MirrorKey[]> {
  return store.db
    .selectFrom('reread')
    .select(['kind', 'id'])
    .where('feed_id', '=', feedId)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('kind')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Notes that objects were read: they leave the list, or wait for the second time. */
export async function finishRereads(
  store: Store,
  feedId: string,
  keys: readonly MirrorKey[],
): Promise<void> {
  if (keys.length === 0) return
  const json = JSON.stringify(keys.map(({ kind, id }) => ({ kind, id })))
  const listed = sql`jsonb_to_recordset(${json}::jsonb) as k(kind text, id text)`
  await sql`
    delete from reread r using ${listed}
    where r.feed_id = ${feedId} and r.kind = k.kind and r.id = k.id and r.again_at is null`.execute(
    store.db,
  )
  await sql`
    update reread r set due_at = r.again_at, again_at = null from ${listed}
    where r.feed_id = ${feedId} and r.kind = k.kind and r.id = k.id and r.again_at is not null`.execute(
    store.db,
  )
}

/** Puts objects off that could not be judged. */
export async function delayRereads(
  store: Store,
  feedId: string,
  keys: readonly MirrorKey[],
  dueAt: Date,
): Promise<void> {
  if (keys.length === 0) return
  const json = JSON.stringify(keys.map(({ kind, id }) => ({ kind, id })))
  await sql`
    update reread r set due_at = ${dueAt}::timestamptz
    from jsonb_to_recordset(${json}::jsonb) as k(kind text, id text)
    where r.feed_id = ${feedId} and r.kind = k.kind and r.id = k.id`.execute(store.db)
}
