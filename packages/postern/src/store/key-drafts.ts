/** @module The table of key drafts: pairs whose public half goes to Okta before there is a connection. */

import type { PublicJwk } from '@postern/core'
import { type Selectable, sql } from 'kysely'
import type { KeyDraftTable } from './schema.ts'
import { removeSecrets } from './secrets.ts'
import type { Store } from './store.ts'

/** A stored key draft, without its private half. */
export type KeyDraftRow = Readonly<Selectable<KeyDraftTable>>

/** Stores a draft. False, and nothing is stored, where there are `max` that have not expired. */
export async function insertKeyDraft(
  store: Store,
  draft: {
    readonly id: string
    readonly publicJwk: PublicJwk
    readonly now: Date
    readonly expiresAt: Date
    readonly max: number
  },
): Promise<boolean> {
  return store.transaction(async () => {
    const { id, publicJwk, now, expiresAt, max } = draft
    const { count } = await store.db
      .selectFrom('key_draft')
      .select(sql<number>`count(*)`.as('count'))
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow()
    if (Number(count) >= max) return false
    await store.db
      .insertInto('key_draft')
      .values({
        id,
        public_jwk: JSON.stringify(publicJwk),
        created_at: now,
        expires_at: expiresAt,
      })
      .execute()
    return true
  })
}

/** Every draft that has not expired, the oldest first. */
export function listKeyDrafts(store: Store, now: Date): Promise<readonly KeyDraftRow[]> {
  return store.db
    .selectFrom('key_draft')
    .selectAll()
    .where('expires_at', '>', now)
    .orderBy('created_at')
    .execute()
}

/** A draft that has not expired; undefined where there is none. */
export function readKeyDraft(
  store: Store,
  id: string,
  now: Date,
): Promise<KeyDraftRow | undefined> {
  return store.db
    .selectFrom('key_draft')
    .selectAll()
    .where('id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** Deletes a draft with its private half. False where there is none. */
export async function deleteKeyDraft(store: Store, id: string): Promise<boolean> {
  return store.transaction(async () => {
    const deleted = await store.db
      .deleteFrom('key_draft')
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst()
    if (deleted !== undefined) await removeSecrets(store, { connectionId: id })
    return deleted !== undefined
  })
}

/** Deletes the drafts that have expired. @returns their ids */
export async function deleteExpiredKeyDrafts(store: Store, now: Date): Promise<readonly string[]> {
  return store.transaction(async () => {
    const expired = await store.db
      .deleteFrom('key_draft')
      .where('expires_at', '<=', now)
      .returning('id')
      .execute()
    for (const { id } of expired) await removeSecrets(store, { connectionId: id })
    return expired.map(({ id }) => id)
  })
}
