/** @module The table of runs that have an idempotency key. What each answered is sealed under its id. */

import type { Selectable } from 'kysely'
import type { ActionRunTable } from './schema.ts'
import { removeSecrets } from './secrets.ts'
import type { Store } from './store.ts'

/** A stored run. */
export type ActionRunRow = Readonly<Selectable<ActionRunTable>>

/** A run; undefined where there is none that is kept still. */
export function readActionRun(
  store: Store,
  id: string,
  now: Date,
): Promise<ActionRunRow | undefined> {
  return store.db
    .selectFrom('action_run')
    .selectAll()
    .where('id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** Remembers a run that begins, in the place of an older one. */
export async function putActionRun(
  store: Store,
  run: Omit<ActionRunTable, 'ended_at'>,
): Promise<void> {
  await store.transaction(async () => {
    await deleteActionRun(store, run.id)
    await store.db
      .insertInto('action_run')
      .values({ ...run, ended_at: null })
      .execute()
  })
}

/** Notes that a run has ended. */
export async function endActionRun(store: Store, id: string, now: Date): Promise<void> {
  await store.db.updateTable('action_run').set({ ended_at: now }).where('id', '=', id).execute()
}

/** Forgets a run with its answer. */
export async function deleteActionRun(store: Store, id: string): Promise<void> {
  await store.transaction(async () => {
    await store.db.deleteFrom('action_run').where('id', '=', id).execute()
    await removeSecrets(store, { connectionId: id, kind: 'action-answer' })
  })
}

/** Forgets the runs that were kept long enough, or those of a connection. */
export async function deleteActionRuns(
  store: Store,
  which: { readonly expiredAt: Date } | { readonly connectionId: string },
): Promise<void> {
  await store.transaction(async () => {
    const query = store.db.deleteFrom('action_run').returning('id')
    const deleted = await ('connectionId' in which
      ? query.where('connection_id', '=', which.connectionId)
      : query.where('expires_at', '<=', which.expiredAt)
    ).execute()
    for (const { id } of deleted) {
      await removeSecrets(store, { connectionId: id, kind: 'action-answer' })
    }
  })
}
