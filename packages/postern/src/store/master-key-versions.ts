/** @module The table of master key versions: for each what shows that a key is the right one, never the key. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { MasterKeyError, type WrapContext } from '../config/master-key/source.ts'
import type { KeyWrapper } from './key-wrapper.ts'
import type { Store } from './store.ts'

/** A version as the store knows it. */
export interface MasterKeyVersion {
  readonly version: number
  readonly check: KeyCheck
  readonly createdAt: Date
  readonly retiredAt?: Date
}

/** A random value, wrapped by a version, and its SHA-256. */
export interface KeyCheck {
  readonly wrapped: Uint8Array
  readonly hash: Uint8Array
}

const CHECK_BYTES = 32

/** Every version, the newest first. */
export async function listMasterKeyVersions(store: Store): Promise<readonly MasterKeyVersion[]> {
  const rows = await store.db
    .selectFrom('master_key')
    .selectAll()
    .orderBy('version', 'desc')
    .execute()
  return rows.map((row) => ({
    version: row.version,
    check: { wrapped: row.check_wrapped, hash: row.check_hash },
    createdAt: row.created_at,
    ...(row.retired_at !== null && { retiredAt: row.retired_at }),
  }))
}

/** The version that seals: the highest that is not retired. Undefined in a store that never had a master key. */
export async function newestMasterKeyVersion(store: Store): Promise<number | undefined> {
  const row = await store.db
    .selectFrom('master_key')
    .select(({ fn }) => fn.max('version').as('version'))
    .where('retired_at', 'is', null)
    .executeTakeFirst()
  return row?.version ?? undefined
}

/** How many secrets need a version. */
export async function countSecretsByVersion(store: Store): Promise<ReadonlyMap<number, number>> {
  const rows = await store.db
    .selectFrom('secret')
    .select(({ fn }) => ['key_version', fn.countAll().as('secrets')])
    .groupBy('key_version')
    .execute()
  return new Map(rows.map((row) => [row.key_version, Number(row.secrets)]))
}

/** Makes the value by which a version is known again. */
export async function makeKeyCheck(wrapper: KeyWrapper): Promise<KeyCheck> {
  const value = randomBytes(CHECK_BYTES)
  const wrapped = await wrapper.wrap(value, contextOf(wrapper.version))
  return { wrapped, hash: hashOf(value) }
}

/** Whether it is the key that the check was made with. @throws {MasterKeyError} where a service cannot be asked. */
export async function passesKeyCheck(wrapper: KeyWrapper, check: KeyCheck): Promise<boolean> {
  let value: Uint8Array
  try {
    value = await wrapper.unwrap(check.wrapped, contextOf(wrapper.version))
  } catch (error) {
    if (error instanceof MasterKeyError) throw error
    return false
  }
  return timingSafeEqual(hashOf(value), check.hash)
}

/** Keeps a new version. Does nothing where the version is there already: who reads it next checks it. */
export async function addMasterKeyVersion(
  store: Store,
  version: number,
  check: KeyCheck,
): Promise<void> {
  await store.db
    .insertInto('master_key')
    .values({
      version,
      check_wrapped: check.wrapped,
      check_hash: check.hash,
      created_at: new Date(),
      retired_at: null,
    })
    .onConflict((conflict) => conflict.column('version').doNothing())
    .execute()
}

/** Takes a version out of use. */
export async function retireMasterKeyVersion(store: Store, version: number): Promise<void> {
  await store.db
    .updateTable('master_key')
    .set({ retired_at: new Date() })
    .where('version', '=', version)
    .execute()
}

/**
 * Until the end of the transaction, no version is retired and none is made.
 *
 * @param mode - `share`: others may hold it too, as those who store a secret do; `change`: nobody else.
 */
export async function holdMasterKeyVersion(
  store: Store,
  version: number,
  mode: 'share' | 'change',
): Promise<void> {
  const row = store.db.selectFrom('master_key').select('version').where('version', '=', version)
  await (mode === 'share' ? row.forShare() : row.forUpdate()).execute()
}

function contextOf(version: number): WrapContext {
  return { format: '1', table: 'master_key', column: 'check_wrapped', version: String(version) }
}

function hashOf(value: Uint8Array): Uint8Array {
  return createHash('sha256').update(value).digest()
}
