/** @module Wraps the data keys of all secrets with another version of the master key, one secret after the other. */

import { MasterKeyError } from '../config/master-key/source.ts'
import type { Seal, SealedSecret, SecretKind, SecretPlace } from './seal.ts'
import { SealError, type SealErrorCode } from './seal-error.ts'
import type { Store } from './store.ts'

/** A secret that could not be opened, and so stays as it is. */
export interface SecretLeft extends SecretPlace {
  readonly code: SealErrorCode
}

/** How the secrets are gone through. */
export interface RewrapSecretsOptions {
  readonly batchSize: number
  readonly signal?: AbortSignal
  /** Called after each secret, with how many there were so far. */
  readonly onRewrapped?: (done: number) => void
}

interface SecretRow extends SecretPlace, SealedSecret {}

/**
 * Goes through the secrets that older versions wrap. Each is a change of its own, so that it can be stopped anywhere, and
 * waits for nobody. A secret that somebody else replaces meanwhile is left to them.
 *
 * @throws {SealError} `seal_locked` where a key management service cannot be asked.
 */
export async function rewrapSecrets(
  store: Store,
  seal: Seal,
  version: number,
  { batchSize, signal, onRewrapped }: RewrapSecretsOptions,
): Promise<{ readonly rewrapped: number; readonly left: readonly SecretLeft[] }> {
  const left: SecretLeft[] = []
  let rewrapped = 0
  let last: SecretRow | undefined
  do {
    const rows = await readOlder(store, version, last, batchSize)
    for (const row of rows) {
      signal?.throwIfAborted()
      const code = await rewrapOne(store, seal, row, version)
      const { connectionId, kind, label } = row
      if (code === undefined) onRewrapped?.(++rewrapped)
      else left.push({ connectionId, kind, label, code })
    }
    last = rows.at(-1)
  } while (last !== undefined)
  return { rewrapped, left }
}

async function readOlder(
  store: Store,
  version: number,
  after: SecretPlace | undefined,
  limit: number,
): Promise<readonly SecretRow[]> {
  let query = store.db
    .selectFrom('secret')
    .select(['connection_id', 'kind', 'label', 'key_version', 'wrapped_key', 'sealed'])
    .where('key_version', '<', version)
    .orderBy('connection_id')
    .orderBy('kind')
    .orderBy('label')
    .limit(limit)
  if (after !== undefined) {
    const { connectionId, kind, label } = after
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('connection_id', 'kind', 'label'), '>', tuple(connectionId, kind, label)),
    )
  }
  const rows = await query.execute()
  return rows.map((row) => ({
    connectionId: row.connection_id,
    // What is no kind of secret does not open either.
    kind: row.kind as SecretKind,
    label: row.label,
    keyVersion: row.key_version,
    wrappedKey: row.wrapped_key,
    sealed: row.sealed,
  }))
}

/** Undefined, or why it does not open. */
async function rewrapOne(
  store: Store,
  seal: Seal,
  row: SecretRow,
  version: number,
): Promise<SealErrorCode | undefined> {
  let wrapped: SealedSecret
  try {
    wrapped = await seal.rewrap(row, row, version)
  } catch (error) {
    if (error instanceof SealError && !(error.cause instanceof MasterKeyError)) return error.code
    throw error
  }
  await store.db
    .updateTable('secret')
    .set({ key_version: version, wrapped_key: wrapped.wrappedKey })
    .where('connection_id', '=', row.connectionId)
    .where('kind', '=', row.kind)
    .where('label', '=', row.label)
    // The version alone would not do: a secret that took this one's place has another data key.
    .where('key_version', '=', row.keyVersion)
    .where('wrapped_key', '=', row.wrappedKey)
    .execute()
  return undefined
}
