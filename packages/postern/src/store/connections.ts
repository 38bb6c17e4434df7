/** @module The table of connections. */

import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import { deleteActionRuns } from './action-runs.ts'
import type { ConnectionSettings, DoctorResult } from './connection-settings.ts'
import { deletePlans } from './plans.ts'
import { literal } from './record-page.ts'
import type { ConnectionTable } from './schema.ts'
import { removeSecrets } from './secrets.ts'
import { deleteStandingApprovals } from './standing-approvals.ts'
import type { Store } from './store.ts'

/** A stored connection, without its secrets. */
export type ConnectionRow = Readonly<Selectable<ConnectionTable>>

/** A connection that is to be stored; its secrets are put in the same transaction. */
export interface NewConnection {
  readonly id: string
  readonly name: string
  readonly description?: string | undefined
  readonly orgUrl: string
  readonly kind: ConnectionRow['kind']
  readonly clientId?: string | undefined
  readonly settings: ConnectionSettings
  readonly doctor?: DoctorResult | undefined
  readonly rotationIntervalDays?: number | undefined
  readonly nextRotationAt?: Date | undefined
}

/** What of a connection can be changed. */
export interface ConnectionChange {
  readonly description?: string | null
  readonly clientId?: string
  readonly settings?: ConnectionSettings
  readonly credentialSince?: Date
  readonly doctor?: DoctorResult
  readonly rotationIntervalDays?: number | null
  readonly nextRotationAt?: Date | null
}

/** Stores a connection. False where another one has the name. */
export async function insertConnection(
  store: Store,
  connection: NewConnection,
  now: Date,
): Promise<boolean> {
  const row: Insertable<ConnectionTable> = {
    id: connection.id,
    name: connection.name,
    description: connection.description ?? null,
    org_url: connection.orgUrl,
    kind: connection.kind,
    client_id: connection.clientId ?? null,
    settings: JSON.stringify(connection.settings),
    credential_since: now,
    doctor: connection.doctor === undefined ? null : JSON.stringify(connection.doctor),
    rotation_interval_days: connection.rotationIntervalDays ?? null,
    next_rotation_at: connection.nextRotationAt ?? null,
    revision: 1,
    created_at: now,
    updated_at: now,
  }
  const inserted = await store.db
    .insertInto('connection')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** The connection of a name; undefined where there is none. */
export function findConnection(store: Store, name: string): Promise<ConnectionRow | undefined> {
  return store.db.selectFrom('connection').selectAll().where('name', '=', name).executeTakeFirst()
}

/** A connection by its id; undefined where there is none. */
export function readConnection(store: Store, id: string): Promise<ConnectionRow | undefined> {
  return store.db.selectFrom('connection').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Every connection, by name. */
export function listConnections(store: Store): Promise<readonly ConnectionRow[]> {
  return store.db.selectFrom('connection').selectAll().orderBy('name').execute()
}

/** Which connections. */
export interface ConnectionsQuery {
  /** Of these names only; undefined: of all. */
  readonly names?: readonly string[] | undefined
  /** Stands anywhere in the name, the description or the URL of the org, in any case. */
  readonly text?: string | undefined
  /** How the doctor's last look came out; `unknown`: it never looked. */
  readonly state?: DoctorResult['status'] | 'unknown' | undefined
  /** Those behind this name. */
  readonly after?: string | undefined
  /** Undefined: all of them. */
  readonly limit?: number | undefined
}

/** Connections by name, those that are asked for. */
export function listConnectionPage(
  store: Store,
  { names, text, state, after, limit }: ConnectionsQuery,
): Promise<readonly ConnectionRow[]> {
  let query = store.db
    .selectFrom('connection')
    .selectAll()
    .where(fits({ names, text }))
    .orderBy('name')
  if (state === 'unknown') query = query.where('doctor', 'is', null)
  else if (state !== undefined) query = query.where(sql<boolean>`doctor ->> 'status' = ${state}`)
  if (after !== undefined) query = query.where('name', '>', after)
  if (limit !== undefined) query = query.limit(limit)
  return query.execute()
}

/** How many connections there are of those that are asked for, by how the doctor's last look came out. */
export async function countConnections(
  store: Store,
  asked: Pick<ConnectionsQuery, 'names' | 'text'>,
): Promise<Readonly<Record<DoctorResult['status'] | 'unknown', number>>> {
  const state = sql<DoctorResult['status'] | 'unknown'>`coalesce(doctor ->> 'status', 'unknown')`
  const rows = await store.db
    .selectFrom('connection')
    .select(({ fn }) => [state.as('state'), fn.countAll<string | number>().as('count')])
    .where(fits(asked))
    .groupBy(state)
    .execute()
  const counts = { ok: 0, warning: 0, failed: 0, unknown: 0 }
  for (const { state: of, count } of rows) counts[of] = Number(count)
  return counts
}

function fits({ names, text }: Pick<ConnectionsQuery, 'names' | 'text'>) {
  const pattern = `%${literal(text ?? '')}%`
  // As one parameter: a statement takes no more than 65,535.
  const isNamed =
    names === undefined
      ? sql`true`
      : sql`name in (select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb))`
  const isSaid =
    text === undefined
      ? sql`true`
      : sql`(name ilike ${pattern} or description ilike ${pattern} or org_url ilike ${pattern})`
  return sql<boolean>`${isNamed} and ${isSaid}`
}

/** Changes a connection that is still as it was read. False where it was changed or removed since. */
export async function updateConnection(
  store: Store,
  { id, revision }: Pick<ConnectionRow, 'id' | 'revision'>,
  change: ConnectionChange,
  now: Date,
): Promise<boolean> {
  const { description, clientId, settings, credentialSince, doctor } = change
  const { rotationIntervalDays, nextRotationAt } = change
  const changed: Updateable<ConnectionTable> = {
    revision: revision + 1,
    updated_at: now,
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(doctor === undefined ? {} : { doctor: JSON.stringify(doctor) }),
    ...(description === undefined ? {} : { description }),
    ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
    ...(credentialSince === undefined ? {} : { credential_since: credentialSince }),
    ...(rotationIntervalDays === undefined ? {} : { rotation_interval_days: rotationIntervalDays }),
    ...(nextRotationAt === undefined ? {} : { next_rotation_at: nextRotationAt }),
  }
  const updated = await store.db
    .updateTable('connection')
    .set(changed)
    .where('id', '=', id)
    .where('revision', '=', revision)
    .returning('id')
    .executeTakeFirst()
  return updated !== undefined
}

/**
 * Keeps how the doctor's look came out, where the connection still signs in as it was seen; and what an earlier look was told
 * of the roles where this one was told nothing. The connection itself stays as it is, and its revision too.
 */
export async function saveDoctorResult(
  store: Store,
  seen: Pick<ConnectionRow, 'id' | 'client_id' | 'credential_since' | 'settings'>,
  result: DoctorResult,
): Promise<void> {
  await sql`
    update connection
    set doctor = jsonb_strip_nulls(jsonb_build_object('roles', doctor -> 'roles')) || ${JSON.stringify(result)}::jsonb
    where id = ${seen.id} and client_id is not distinct from ${seen.client_id}
      and credential_since = ${seen.credential_since}
      and settings = ${JSON.stringify(seen.settings)}::jsonb`.execute(store.db)
}

/** Forgets what is known of the roles of a connection: they are others by now. */
export async function forgetRoles(store: Store, id: string): Promise<void> {
  await sql`update connection set doctor = doctor - 'roles' where id = ${id}`.execute(store.db)
}

/** Keeps when connections were used last. One that another process used later keeps that. */
export async function saveLastUses(
  store: Store,
  uses: readonly { readonly id: string; readonly at: Date }[],
): Promise<void> {
  if (uses.length === 0) return
  await sql`
    update connection set last_used_at = greatest(last_used_at, used.at)
    from jsonb_to_recordset(${JSON.stringify(uses)}::jsonb) as used(id text, at timestamptz)
    where connection.id = used.id`.execute(store.db)
}

/** Deletes a connection with everything that belongs to it. False where it is gone already. */
export async function deleteConnection(store: Store, id: string): Promise<boolean> {
  return store.transaction(async () => {
    await removeSecrets(store, { connectionId: id })
    await store.db.deleteFrom('rotation').where('connection_id', '=', id).execute()
    await store.db.deleteFrom('setup').where('id', '=', id).execute()
    await store.db.deleteFrom('connection_use').where('connection_id', '=', id).execute()
    await store.db.deleteFrom('declared_key').where('connection_id', '=', id).execute()
    await deletePlans(store, { connectionId: id })
    await deleteActionRuns(store, { connectionId: id })
    await deleteStandingApprovals(store, id)
    const deleted = await store.db
      .deleteFrom('connection')
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst()
    return deleted !== undefined
  })
}
