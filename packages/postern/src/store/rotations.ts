/** @module The table of rotations: the one of each connection that is under way, or the last one. */

import type { Selectable } from 'kysely'
import type { RotationTable } from './schema.ts'
import type { Store } from './store.ts'

/** A stored rotation. Its state is for whoever parses it. */
export type RotationRow = Readonly<Selectable<RotationTable>>

/** The rotation of a connection; undefined where its key was never rotated. */
export function readRotation(store: Store, connectionId: string): Promise<RotationRow | undefined> {
  return store.db
    .selectFrom('rotation')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .executeTakeFirst()
}

/** Keeps a rotation in the place of the last one. */
export async function putRotation(
  store: Store,
  rotation: {
    readonly connectionId: string
    readonly state: object
    /** When Postern goes on with it by itself; null: when a person says so. */
    readonly dueAt: Date | null
  },
  now: Date,
): Promise<void> {
  const content = {
    state: JSON.stringify(rotation.state),
    due_at: rotation.dueAt,
    updated_at: now,
  }
  await store.db
    .insertInto('rotation')
    .values({ connection_id: rotation.connectionId, ...content })
    .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(content))
    .execute()
}

/** Leaves it to a person to go on with the rotation of a connection. */
export async function suspendRotation(store: Store, connectionId: string): Promise<void> {
  await store.db
    .updateTable('rotation')
    .set({ due_at: null })
    .where('connection_id', '=', connectionId)
    .execute()
}

/** The names of the connections whose rotation is to be begun, or gone on with. The longest overdue come first. */
export async function dueRotations(
  store: Store,
  now: Date,
  limit: number,
): Promise<readonly string[]> {
  const rows = await store.db
    .selectFrom('connection')
    .leftJoin('rotation', 'rotation.connection_id', 'connection.id')
    .select('connection.name')
    .where((where) =>
      where.or([
        where('rotation.due_at', '<=', now),
        where.and([
          where('connection.next_rotation_at', '<=', now),
          // What is under way is tried again when its time comes.
          where('rotation.due_at', 'is', null),
        ]),
      ]),
    )
    .orderBy('connection.next_rotation_at')
    .limit(limit)
    .execute()
  return rows.map(({ name }) => name)
}
