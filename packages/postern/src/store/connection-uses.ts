/** @module The table of uses: which processes use a connection. The database's clock decides. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** A connection as several processes see it. */
export interface SharedConnection {
  readonly id: string
  readonly revision: number
  /** Processes that use it, of those that gave a sign of life. */
  readonly users: number
}

// Three signs of life may be lost before a process counts as dead.
const ALIVE_SECONDS = 15
const KEPT_SECONDS = 3_600

/** Gives a sign of life for the connections that a process uses. */
export async function putUses(
  store: Store,
  processId: string,
  connectionIds: readonly string[],
): Promise<void> {
  if (connectionIds.length === 0) return
  await sql`
    insert into connection_use (connection_id, process_id, seen_at)
    select id, ${processId}, now() from ${idsIn(connectionIds)} as given
    on conflict (connection_id, process_id) do update set seen_at = excluded.seen_at`.execute(
    store.db,
  )
}

/** Those of the connections that are still there, with who uses them. */
export function readShared(
  store: Store,
  connectionIds: readonly string[],
): Promise<readonly SharedConnection[]> {
  if (connectionIds.length === 0) return Promise.resolve([])
  return store.db
    .selectFrom('connection')
    .select(['connection.id', 'connection.revision'])
    .select((select) =>
      select
        .selectFrom('connection_use')
        .select((use) => use.fn.countAll<number>().as('users'))
        .whereRef('connection_use.connection_id', '=', 'connection.id')
        .where('seen_at', '>', secondsAgo(ALIVE_SECONDS))
        .$castTo<number>()
        .as('users'),
    )
    .where('connection.id', 'in', (where) =>
      where.selectFrom(idsIn(connectionIds).as('given')).select('given.id'),
    )
    .$castTo<SharedConnection>()
    .execute()
}

/** Removes what a process used, and what was left by those that died long ago. */
export async function removeUses(store: Store, processId: string): Promise<void> {
  await store.db
    .deleteFrom('connection_use')
    .where((where) =>
      where.or([
        where('process_id', '=', processId),
        where('seen_at', '<', secondsAgo(KEPT_SECONDS)),
      ]),
    )
    .execute()
}

/** As rows, from one parameter: a fleet has more connections than a statement may have parameters. */
function idsIn(ids: readonly string[]) {
  return sql<{
    id: string
  }>`(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as id)`
}

function secondsAgo(seconds: number) {
  return sql<Date>`now() - ${seconds} * interval '1 second'`
}
