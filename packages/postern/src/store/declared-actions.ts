/** @module The table of declared actions: requests that an operator gave a name. */

import type { JsonObject } from '@postern/core'
import type { Selectable } from 'kysely'
import type { DeclaredActionTable } from './schema.ts'
import type { Store } from './store.ts'

/** A stored declaration. Whoever runs it judges it again. */
export type DeclaredActionRow = Readonly<Selectable<DeclaredActionTable>>

/** Every declared action, by name. */
export function listDeclaredActions(store: Store): Promise<readonly DeclaredActionRow[]> {
  return store.db.selectFrom('declared_action').selectAll().orderBy('name').execute()
}

/** The declared action of a name; undefined where there is none. */
export function findDeclaredAction(
  store: Store,
  name: string,
): Promise<DeclaredActionRow | undefined> {
  return store.db
    .selectFrom('declared_action')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst()
}

/** Keeps a declaration, in the place of the one of its name. */
export async function putDeclaredAction(
  store: Store,
  {
    name,
    ...stored
  }: {
    readonly name: string
    readonly declaration: JsonObject
    /** The names of the connections that it is for; undefined: every one. */
    readonly connections: readonly string[] | undefined
  },
  now: Date,
): Promise<void> {
  const content = { declaration: JSON.stringify(stored), updated_at: now }
  await store.db
    .insertInto('declared_action')
    .values({ name, created_at: now, ...content })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(content))
    .execute()
}

/** Forgets a declaration. False where there is none. */
export async function deleteDeclaredAction(store: Store, name: string): Promise<boolean> {
  const deleted = await store.db
    .deleteFrom('declared_action')
    .where('name', '=', name)
    .returning('name')
    .executeTakeFirst()
  return deleted !== undefined
}
