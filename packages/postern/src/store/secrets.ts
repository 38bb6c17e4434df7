/** @module The table of sealed secrets. */

import type { Secret } from '@postern/core'
import type { Seal, SecretKind, SecretPlace } from './seal.ts'
import type { Store } from './store.ts'

/** Seals a secret and keeps it, in the place of the one that is there. */
export async function putSecret(
  store: Store,
  seal: Seal,
  place: SecretPlace,
  secret: Secret,
): Promise<void> {
  const { keyVersion, wrappedKey, sealed } = await seal.seal(place, secret)
  const content = {
    key_version: keyVersion,
    wrapped_key: wrappedKey,
    sealed,
    created_at: new Date(),
  }
  await store.db
    .insertInto('secret')
    .values({ ...keyOf(place), ...content })
    .onConflict((conflict) =>
      conflict.columns(['connection_id', 'kind', 'label']).doUpdateSet(content),
    )
    .execute()
}

/** A secret, opened; undefined where there is none. @throws {SealError} */
export async function readSecret(
  store: Store,
  seal: Seal,
  place: SecretPlace,
): Promise<Secret | undefined> {
  const { connectionId, kind, label } = place
  const row = await store.db
    .selectFrom('secret')
    .select(['key_version', 'wrapped_key', 'sealed'])
    .where('connection_id', '=', connectionId)
    .where('kind', '=', kind)
    .where('label', '=', label)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { key_version: keyVersion, wrapped_key: wrappedKey, sealed } = row
  return seal.unseal(place, { keyVersion, wrappedKey, sealed })
}

/** Removes the secrets of a connection: all, those of a kind, or one. */
export async function removeSecrets(
  store: Store,
  which: { readonly connectionId: string; readonly kind?: SecretKind; readonly label?: string },
): Promise<void> {
  const { connectionId, kind, label } = which
  let query = store.db.deleteFrom('secret').where('connection_id', '=', connectionId)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (label !== undefined) query = query.where('label', '=', label)
  await query.execute()
}

function keyOf({ connectionId, kind, label }: SecretPlace) {
  return { connection_id: connectionId, kind, label }
}
