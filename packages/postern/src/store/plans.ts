/** @module The table of plans: changes that somebody asked for and another one decides on. */

import { type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import type { PlanState, PlanTable, Schema } from './schema.ts'
import { removeSecrets } from './secrets.ts'
import type { Store } from './store.ts'

/** A stored plan, and the name of its connection. What it would do is sealed under its id. */
export type PlanRow = Readonly<Selectable<PlanTable>> & { readonly connection: string }

/** Stores a plan. False, and nothing is stored, where the requester has `max` that are open. */
export async function insertPlan(
  store: Store,
  plan: Pick<PlanTable, 'id' | 'connection_id' | 'action' | 'requested_by' | 'code_hash'> &
    Pick<PlanTable, 'created_at' | 'expires_at'>,
  max: number,
): Promise<boolean> {
  return store.transaction(async () => {
    const { count } = await store.db
      .selectFrom('plan')
      .select(sql<number>`count(*)`.as('count'))
      .where('requested_by', '=', plan.requested_by)
      .where('state', 'in', ['waiting', 'approved'])
      .where('expires_at', '>', plan.created_at)
      .executeTakeFirstOrThrow()
    if (Number(count) >= max) return false
    const open = { state: 'waiting', decided_by: null, decided_at: null, applied_at: null } as const
    await store.db
      .insertInto('plan')
      .values({ ...plan, ...open })
      .execute()
    return true
  })
}

/** A plan; undefined where there is none. */
export function readPlan(store: Store, id: string): Promise<PlanRow | undefined> {
  return plans(store).where('plan.id', '=', id).executeTakeFirst()
}

/** Which plans are listed: what an actor asked for, and those of some connections. */
export interface PlanQuery {
  readonly requestedBy: string
  /** The names of connections; undefined: every one. */
  readonly connections: readonly string[] | undefined
  /** Those that are in this state, and whose time is not over at `now`; undefined: every one. */
  readonly open?: { readonly state: PlanState; readonly now: Date } | undefined
  /** Those behind this one, which is the last of the page before. */
  readonly behind?: { readonly createdAt: Date; readonly id: string } | undefined
  readonly limit: number
}

/** Plans, the newest first. */
export function listPlans(
  store: Store,
  { requestedBy, connections, open, behind, limit }: PlanQuery,
): Promise<readonly PlanRow[]> {
  let query = plans(store).orderBy('plan.created_at', 'desc').orderBy('plan.id').limit(limit)
  if (connections !== undefined) {
    query = query.where((where) =>
      where.or([
        where('plan.requested_by', '=', requestedBy),
        ...(connections.length === 0 ? [] : [where('connection.name', 'in', [...connections])]),
      ]),
    )
  }
  if (open !== undefined)
    query = query.where('plan.state', '=', open.state).where('plan.expires_at', '>', open.now)
  if (behind !== undefined) {
    query = query.where((where) =>
      where.or([
        where('plan.created_at', '<', behind.createdAt),
        where('plan.created_at', '=', behind.createdAt).and('plan.id', '>', behind.id),
      ]),
    )
  }
  return query.execute()
}

/** Changes a plan that is in one of the states and has not expired. False where it is not, or not any more. */
export async function updatePlan(
  store: Store,
  id: string,
  change: Partial<Pick<PlanTable, 'state' | 'decided_by' | 'decided_at' | 'applied_at'>>,
  { states, now }: { readonly states: readonly PlanState[]; readonly now: Date },
): Promise<boolean> {
  const changed = await store.db
    .updateTable('plan')
    .set(change)
    .where('id', '=', id)
    .where('state', 'in', states)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

/** How many plans of a connection somebody decided on, and that were applied since. */
export async function countApplied(
  store: Store,
  connectionId: string,
  { decidedBy, since }: { readonly decidedBy: string; readonly since: Date },
): Promise<number> {
  const { count } = await store.db
    .selectFrom('plan')
    .select(sql<number>`count(*)`.as('count'))
    .where('connection_id', '=', connectionId)
    .where('decided_by', '=', decidedBy)
    .where('applied_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Deletes the plans that were made before, or those of a connection, with what they would do. */
export async function deletePlans(
  store: Store,
  which: { readonly createdBefore: Date } | { readonly connectionId: string },
): Promise<void> {
  await store.transaction(async () => {
    const query = store.db.deleteFrom('plan').returning('id')
    const deleted = await ('connectionId' in which
      ? query.where('connection_id', '=', which.connectionId)
      : query.where('created_at', '<', which.createdBefore)
    ).execute()
    for (const { id } of deleted) await removeSecrets(store, { connectionId: id, kind: 'plan' })
  })
}

function plans(store: Store): SelectQueryBuilder<Schema, 'plan' | 'connection', PlanRow> {
  return store.db
    .selectFrom('plan')
    .innerJoin('connection', 'connection.id', 'plan.connection_id')
    .selectAll('plan')
    .select('connection.name as connection')
}
