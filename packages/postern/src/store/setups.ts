/** @module The table of setups: plans and how far each got. A setup's id is that of the connection it leads to. */

import { type Selectable, sql } from 'kysely'
import type { SetupTable } from './schema.ts'
import type { Store } from './store.ts'

/** A stored setup. Its state is for whoever parses it. */
export type SetupRow = Readonly<Selectable<SetupTable>>

/** The setup that leads, or led, to the connection of a name; undefined where there is none. */
export function findSetup(store: Store, name: string): Promise<SetupRow | undefined> {
  return store.db.selectFrom('setup').selectAll().where('name', '=', name).executeTakeFirst()
}

/** A setup by its id; undefined where there is none. */
export function readSetup(store: Store, id: string): Promise<SetupRow | undefined> {
  return store.db.selectFrom('setup').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Stores a setup. False where another one has the name. */
export async function insertSetup(
  store: Store,
  { id, name, state }: { readonly id: string; readonly name: string; readonly state: object },
  now: Date,
): Promise<boolean> {
  const inserted = await store.db
    .insertInto('setup')
    .values({ id, name, state: JSON.stringify(state), created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Keeps how far a setup got. */
export async function updateSetup(
  store: Store,
  id: string,
  state: object,
  now: Date,
): Promise<void> {
  await store.db
    .updateTable('setup')
    .set({ state: JSON.stringify(state), updated_at: now })
    .where('id', '=', id)
    .execute()
}

/** The setups that were begun on the Connect page, led to no connection, and were not touched since. */
export function listAbandonedSetups(store: Store, since: Date): Promise<readonly SetupRow[]> {
  return store.db
    .selectFrom('setup')
    .selectAll()
    .where(sql<string>`state ->> 'isFromPage'`, '=', 'true')
    .where('updated_at', '<', since)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('connection').select('id').whereRef('connection.id', '=', 'setup.id'))),
    )
    .execute()
}
