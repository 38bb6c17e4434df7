/** @module The table of sealed secrets. */

import type { Secret } from '@postern/core'
import { holdMasterKeyVersion, newestMasterKeyVersion } from './master-key-versions.ts'
import type { Seal, SealedSecret, SecretKind, SecretPlace } from './seal.ts'
import type { Store } from './store.ts'

/**
 * Seals a secret and keeps it, in the place of the one that is there. In a transaction, seal first and then
 * {@link putSealed}: sealing may ask a key management service.
 *
 * @throws {SealError} `seal_locked`
 */
export async function putSecret(
  store: Store,
  seal: Seal,
  place: SecretPlace,
  secret: Secret,
): Promise<void> {
  await putSealed(store, seal, place, await seal.seal(place, secret))
}

/** Keeps what was sealed for this place, in the place of the secret that is there. @throws {SealError} `seal_locked` */
export async function putSealed(
  store: Store,
  seal: Seal,
  place: SecretPlace,
  secret: SealedSecret,
): Promise<void> {
  await store.transaction(async () => {
    const { keyVersion, wrappedKey, sealed } = await underNewest(store, seal, place, secret)
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
  })
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

/** Removes the secrets of a connection: all, those of a kind, one, or all but one. */
export async function removeSecrets(
  store: Store,
  which: {
    readonly connectionId: string
    readonly kind?: SecretKind
    readonly label?: string
    /** The label of one that stays. */
    readonly except?: string
  },
): Promise<void> {
  const { connectionId, kind, label, except } = which
  let query = store.db.deleteFrom('secret').where('connection_id', '=', connectionId)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (label !== undefined) query = query.where('label', '=', label)
  if (except !== undefined) query = query.where('label', '!=', except)
  await query.execute()
}

/**
 * The secret, wrapped by the newest version, which stays the newest until the end of the transaction: a rotation that
 * another process began after the sealing would leave the secret behind, and with the old version retired, unreadable.
 */
async function underNewest(
  store: Store,
  seal: Seal,
  place: SecretPlace,
  secret: SealedSecret,
): Promise<SealedSecret> {
  await holdMasterKeyVersion(store, secret.keyVersion, 'share')
  const newest = (await newestMasterKeyVersion(store)) ?? (await introduceAgain(store, seal))
  if (newest === secret.keyVersion) return secret
  return underNewest(store, seal, place, await seal.rewrap(place, secret, newest))
}

/** The master key of a new store was found inside a transaction that was rolled back, and went with it. */
async function introduceAgain(store: Store, seal: Seal): Promise<number> {
  await seal.keys.read()
  return (await newestMasterKeyVersion(store)) ?? (await seal.keys.newest()).version
}

function keyOf({ connectionId, kind, label }: SecretPlace) {
  return { connection_id: connectionId, kind, label }
}
