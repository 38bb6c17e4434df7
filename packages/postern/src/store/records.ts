/** @module The table of events and of objects that the sink `store` keeps: written a batch at a time, removed in bounded steps. */

import { sql } from 'kysely'
import { inSteps, STEP } from './in-steps.ts'
import { ownersIn } from './owners-in.ts'
import type { Store } from './store.ts'

/** An event with what people look for in it. Texts are without NUL and lone surrogates, which no column can hold. */
export interface StoredEvent {
  readonly uuid: string
  readonly published: Date
  readonly eventType: string | null
  readonly severity: string | null
  readonly outcome: string | null
  readonly actorId: string | null
  readonly actorLogin: string | null
  readonly clientIp: string | null
  readonly sessionId: string | null
  readonly transactionId: string | null
  readonly targetIds: readonly string[]
  /** The JSON text that Okta sent. */
  readonly raw: string
}

/** Whose an object is. */
export interface ObjectKey {
  readonly kind: string
  readonly id: string
  /** Counts the changes that the feed saw. */
  readonly version: number
  readonly observedAt: Date
}

/** An object as it is now, with what people look for in it. */
export interface StoredObject extends ObjectKey {
  readonly hash: string
  readonly parent: string | null
  readonly child: string | null
  readonly status: string | null
  readonly label: string | null
  readonly login: string | null
  /** The JSON text that Okta sent. */
  readonly raw: string
}

/** Whose records these are. */
export interface RecordsOwner {
  readonly connectionId: string
  readonly feedId: string
}

/** The id of the connection that a feed reads; undefined where the feed was removed. */
export async function findConnectionOfFeed(
  store: Store,
  feedId: string,
): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('feed')
    .select('connection_id')
    .where('id', '=', feedId)
    .executeTakeFirst()
  return row?.connection_id
}

/**
 * Adds events, and counts them. One that is there already stays as it is.
 *
 * The raw text travels as a text within the parameter: as JSON, the database would look into it, and refuse what no column
 * can hold.
 */
export async function addEvents(
  store: Store,
  connectionId: string,
  events: readonly StoredEvent[],
): Promise<void> {
  if (events.length === 0) return
  await sql`
    with added as (
      insert into records.event (connection_id, uuid, published, event_type, severity, outcome,
        actor_id, actor_login, client_ip, session_id, transaction_id, target_ids, raw)
      select ${connectionId}::text, "uuid", published, "eventType", severity, outcome,
        "actorId", "actorLogin", "clientIp", "sessionId", "transactionId", "targetIds", raw::json
      from json_to_recordset(${JSON.stringify(events)}::json) as e(
        "uuid" text, published timestamptz, "eventType" text, severity text, outcome text,
        "actorId" text, "actorLogin" text, "clientIp" text, "sessionId" text,
        "transactionId" text, "targetIds" text[], raw text)
      on conflict do nothing
      returning connection_id, published, event_type, outcome
    ), counted as (${counts('added')})
    insert into records.event_count as kept (connection_id, grain, at, event_type, total, failures)
    select * from counted
    on conflict (connection_id, grain, at, event_type) do update
      set total = kept.total + excluded.total, failures = kept.failures + excluded.failures`.execute(
    store.db,
  )
}

/** Events by hour and by day, of all types and of each; in the order of their key, so that two who count the same wait at the first row. */
function counts(events: 'added' | 'gone') {
  return sql`select connection_id, grain, date_trunc(grain, published, 'UTC') as at,
      case when part = 'all' then '' else event_type end as event_type, count(*) as total,
      count(*) filter (where outcome in ('FAILURE', 'DENY')) as failures
    from ${sql.table(events)} cross join (values ('hour'), ('day')) as grains(grain)
      cross join (values ('all'), ('type')) as parts(part)
    where part = 'all' or event_type <> ''
    group by 1, 2, 3, 4 order by 1, 2, 3, 4`
}

/**
 * Puts objects as they are now. What is there is kept where it is newer: by the version of the same feed, by the time at
 * which it was seen of another one.
 */
export async function putObjects(
  store: Store,
  { connectionId, feedId }: RecordsOwner,
  objects: readonly StoredObject[],
): Promise<void> {
  if (objects.length === 0) return
  await sql`
    insert into records.object as o (connection_id, feed_id, kind, id, parent, child, status, label, login,
      version, hash, observed_at, raw)
    select ${connectionId}::text, ${feedId}::text, kind, id, parent, child, status, label, login,
      version, hash, "observedAt", raw::json
    from json_to_recordset(${JSON.stringify(objects)}::json) as e(
      kind text, id text, parent text, child text, status text, label text, login text,
      version bigint, hash text, "observedAt" timestamptz, raw text)
    on conflict (connection_id, kind, id) do update set feed_id = excluded.feed_id,
      parent = excluded.parent, child = excluded.child, status = excluded.status,
      label = excluded.label, login = excluded.login, version = excluded.version,
      hash = excluded.hash, observed_at = excluded.observed_at, raw = excluded.raw
    where case when o.feed_id = excluded.feed_id
        then o.version <= excluded.version and o.hash is distinct from excluded.hash
      else o.observed_at <= excluded.observed_at end`.execute(store.db)
}

/** Removes objects that are gone, unless what is there is newer. */
export async function removeObjects(
  store: Store,
  { connectionId, feedId }: RecordsOwner,
  keys: readonly ObjectKey[],
): Promise<void> {
  if (keys.length === 0) return
  await sql`
    delete from records.object as o using json_to_recordset(${JSON.stringify(keys)}::json) as e(
      kind text, id text, version bigint, "observedAt" timestamptz)
    where o.connection_id = ${connectionId}::text and o.kind = e.kind and o.id = e.id
      and case when o.feed_id = ${feedId}::text then o.version <= e.version
        else o.observed_at <= e."observedAt" end`.execute(store.db)
}

/** How many records there were. */
export interface RemovedRecords {
  readonly events: number
  readonly objects: number
}

/**
 * Removes the events that were published before a moment, in statements of a thousand each.
 *
 * @returns how many there were.
 */
export async function removeEventsBefore(
  store: Store,
  before: Date,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0
  // One connection after the other: the index begins with it.
  for await (const { id } of ownersIn(store, 'records.event', 'connection')) {
    const old = sql`connection_id = ${id} and published < ${before.toISOString()}::timestamptz`
    removed += await removeEvents(store, old, signal)
  }
  return removed
}

/** Whose records are to be forgotten. */
export interface Subject {
  readonly connectionId: string
  readonly userId: string
  /** Names that the user signed in with. Those that the records know are added. */
  readonly logins?: readonly string[]
}

/**
 * Removes what is known of a person: the events in which the user acts or is acted upon, those of somebody unknown who signed in with a
 * login of the user, the user, and the user's memberships and assignments. In statements of a thousand each.
 *
 * What Okta still says of the user comes again with the next change: remove the user there before.
 */
export async function eraseSubject(
  store: Store,
  subject: Subject,
  signal?: AbortSignal,
): Promise<RemovedRecords> {
  const { connectionId, userId } = subject
  const logins = await readLogins(store, subject)
  const events = await removeEvents(
    store,
    sql`connection_id = ${connectionId} and (actor_id = ${userId}
      or target_ids @> array[${userId}]::text[]
      or actor_login in (select jsonb_array_elements_text(${JSON.stringify(logins)}::jsonb)))`,
    signal,
  )
  const objects = await inSteps(signal, () =>
    deleteObjects(
      store,
      sql`connection_id = ${connectionId} and ((kind = 'user' and id = ${userId})
        or (kind in ('group-member', 'app-user') and child = ${userId}))`,
    ),
  )
  return { events, objects }
}

/** The names that a person signed in with: those that are given, and those that the records know. */
export async function readLogins(store: Store, subject: Subject): Promise<readonly string[]> {
  const { connectionId, userId, logins = [] } = subject
  const { rows } = await sql<{ login: string }>`
    select actor_login as login from records.event
      where connection_id = ${connectionId} and actor_id = ${userId} and actor_login is not null
    union select login from records.object
      where connection_id = ${connectionId} and kind = 'user' and id = ${userId}
        and login is not null`.execute(store.db)
  return [...new Set([...logins, ...rows.map(({ login }) => login)])]
}

/** Removes every record of a connection, in statements of a thousand each. */
export async function removeRecords(
  store: Store,
  connectionId: string,
  signal?: AbortSignal,
): Promise<RemovedRecords> {
  const own = sql`connection_id = ${connectionId}`
  const events = await removeEvents(store, own, signal)
  return { events, objects: await inSteps(signal, () => deleteObjects(store, own)) }
}

/** Removes the records of connections that are not there any more. @returns how many there were. */
export async function removeOrphans(store: Store, signal?: AbortSignal): Promise<RemovedRecords> {
  let [events, objects] = [0, 0]
  for (const table of ['records.event', 'records.object']) {
    for await (const { id, isThere } of ownersIn(store, table, 'connection')) {
      if (isThere) continue
      const removed = await removeRecords(store, id, signal)
      events += removed.events
      objects += removed.objects
    }
  }
  return { events, objects }
}

async function removeEvents(
  store: Store,
  where: ReturnType<typeof sql>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const removed = await inSteps(signal, () => deleteEvents(store, where))
  if (removed > 0) await sql`delete from records.event_count where total <= 0`.execute(store.db)
  return removed
}

async function deleteEvents(store: Store, where: ReturnType<typeof sql>): Promise<number> {
  // In a transaction, which is begun again where somebody who counts the same made it give way.
  const { rows } = await store.transaction(() =>
    sql<{ gone: number }>`
      with gone as (
        delete from records.event where (connection_id, uuid) in (
          select connection_id, uuid from records.event where ${where} limit ${STEP})
        returning connection_id, published, event_type, outcome
      ), counted as (${counts('gone')}), taken as (
        update records.event_count as kept
        set total = kept.total - counted.total, failures = kept.failures - counted.failures
        from counted
        where (kept.connection_id, kept.grain, kept.at, kept.event_type)
          = (counted.connection_id, counted.grain, counted.at, counted.event_type)
      )
      select count(*)::integer as gone from gone`.execute(store.db),
  )
  return rows[0]?.gone ?? 0
}

async function deleteObjects(store: Store, where: ReturnType<typeof sql>): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from records.object where (connection_id, kind, id) in (
      select connection_id, kind, id from records.object where ${where} limit ${STEP})`.execute(
    store.db,
  )
  return Number(numAffectedRows)
}
