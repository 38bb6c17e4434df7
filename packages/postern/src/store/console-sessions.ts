/** @module The table of console sessions. Of the secret in a cookie it has the SHA-256. */

import type { Selectable } from 'kysely'
import type { ConsoleSessionTable } from './schema.ts'
import type { Store } from './store.ts'

/** One row. */
export type ConsoleSessionRow = Readonly<Selectable<ConsoleSessionTable>>

/** Stores a session. */
export async function insertConsoleSession(store: Store, row: ConsoleSessionRow): Promise<void> {
  const rules = row.rules === null ? null : JSON.stringify(row.rules)
  await store.db
    .insertInto('console_session')
    .values({ ...row, rules })
    .execute()
}

/** A session; undefined where there is none. */
export function readConsoleSession(
  store: Store,
  id: string,
): Promise<ConsoleSessionRow | undefined> {
  return store.db.selectFrom('console_session').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Notes that a session was used. */
export async function touchConsoleSession(store: Store, id: string, now: Date): Promise<void> {
  await store.db
    .updateTable('console_session')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', '<', now)
    .execute()
}

/** Ends a session. False where it has ended already. */
export async function endConsoleSession(store: Store, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await store.db
    .updateTable('console_session')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0
}

/** Deletes the sessions whose time was over before. */
export async function deleteConsoleSessions(store: Store, expiredBefore: Date): Promise<void> {
  await store.db.deleteFrom('console_session').where('expires_at', '<', expiredBefore).execute()
}
