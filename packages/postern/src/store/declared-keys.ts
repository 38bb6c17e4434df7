/** @module The table of the keys that a configuration file gave last. */

import type { Store } from './store.ts'

/** The fingerprint of the key that a file gave a connection last; undefined where none did. */
export async function readDeclaredKey(
  store: Store,
  connectionId: string,
): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('declared_key')
    .select('fingerprint')
    .where('connection_id', '=', connectionId)
    .executeTakeFirst()
  return row?.fingerprint
}

/** Remembers which key a file gave a connection. */
export async function putDeclaredKey(
  store: Store,
  connectionId: string,
  fingerprint: string,
): Promise<void> {
  await store.db
    .insertInto('declared_key')
    .values({ connection_id: connectionId, fingerprint })
    .onConflict((conflict) => conflict.column('connection_id').doUpdateSet({ fingerprint }))
    .execute()
}
