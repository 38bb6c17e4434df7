/** @module The table of access keys. Of a secret it has the SHA-256: 256 random bits need no slow hash. */

import type { Selectable } from 'kysely'
import type { AccessKeyTable } from './schema.ts'
import type { Store } from './store.ts'

/** One row. */
export type AccessKeyRow = Selectable<AccessKeyTable>

/** What changes of an access key after it was made. */
export type AccessKeyChange = Partial<
  Pick<
    AccessKeyRow,
    | 'name'
    | 'rules'
    | 'expires_at'
    | 'secret_hash'
    | 'previous_hash'
    | 'previous_until'
    | 'last_used_at'
    | 'revoked_at'
  >
>

/** Adds an access key. */
export async function insertAccessKey(store: Store, row: AccessKeyRow): Promise<void> {
  await store.db
    .insertInto('access_key')
    .values({ ...row, rules: JSON.stringify(row.rules) })
    .execute()
}

/** All access keys, those that were revoked too, in the order in which they were made. */
export async function readAccessKeys(store: Store): Promise<readonly AccessKeyRow[]> {
  return store.db.selectFrom('access_key').selectAll().orderBy('created_at').orderBy('id').execute()
}

/** Gives an access key a new secret, if it still has the one of `row`. @returns whether it had. */
export async function rotateAccessKey(
  store: Store,
  { id, secret_hash }: AccessKeyRow,
  change: Pick<AccessKeyRow, 'secret_hash' | 'previous_hash' | 'previous_until'>,
): Promise<boolean> {
  const { numUpdatedRows } = await store.db
    .updateTable('access_key')
    .set(change)
    .where('id', '=', id)
    .where('secret_hash', '=', secret_hash)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0
}

/** Removes an access key. */
export async function deleteAccessKey(store: Store, id: string): Promise<void> {
  await store.db.deleteFrom('access_key').where('id', '=', id).execute()
}

/** Changes an access key. */
export async function updateAccessKey(
  store: Store,
  id: string,
  { rules, ...change }: AccessKeyChange,
): Promise<void> {
  const changed = { ...change, ...(rules === undefined ? {} : { rules: JSON.stringify(rules) }) }
  await store.db.updateTable('access_key').set(changed).where('id', '=', id).execute()
}
