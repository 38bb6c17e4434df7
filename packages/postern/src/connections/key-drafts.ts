/** @module Key drafts: pairs that are made here, whose public half is registered at Okta, and which become a connection's key. */

import { randomUUID } from 'node:crypto'
import {
  type Clock,
  type GenerateKeyOptions,
  generateKey,
  PosternError,
  type PublicJwk,
  parsePublicJwk,
  type Secret,
} from '@postern/core'
import type { ConnectionValues } from '../config/connection.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  deleteExpiredKeyDrafts,
  deleteKeyDraft,
  insertKeyDraft,
  type KeyDraftRow,
  listKeyDrafts,
  readKeyDraft,
} from '../store/key-drafts.ts'
import type { Seal, SecretPlace } from '../store/seal.ts'
import { putSealed, readSecret } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'

/** What can be wrong with a key draft that is named. */
export type KeyDraftErrorCode = 'key_draft_not_found' | 'key_draft_too_many' | 'key_draft_and_key'

/** A key draft that cannot be had, or used. */
class KeyDraftError extends PosternError<KeyDraftErrorCode> {
  override readonly name = 'KeyDraftError'
}

/** A draft as it is shown. Its private half never is. */
export interface KeyDraft {
  readonly id: string
  readonly publicJwk: PublicJwk
  readonly createdAt: Date
  /** Then it is gone, unless a connection was made with it. */
  readonly expiresAt: Date
}

/** What {@link KeyDrafts} works with. */
export interface KeyDraftsContext {
  readonly store: Store
  readonly seal: Seal
  readonly clock: Clock
}

const LIFE_MS = 7 * 86_400_000
const MAX_DRAFTS = 100

/** The key drafts of a store. */
export class KeyDrafts {
  readonly #context: KeyDraftsContext

  constructor(context: KeyDraftsContext) {
    this.#context = context
  }

  /**
   * Makes a pair and seals its private half.
   *
   * @throws {KeyError} for a kid or a size that cannot be; {@link KeyDraftError} `key_draft_too_many`
   */
  async add(options: GenerateKeyOptions, by: Caller): Promise<KeyDraft> {
    const { store, seal, clock } = this.#context
    const key = await generateKey(options)
    const { publicJwk } = key
    const id = randomUUID()
    const place = placeOf(id, publicJwk)
    const sealed = await seal.seal(place, key.privateJwk)
    const now = clock.now()
    const expiresAt = new Date(now.getTime() + LIFE_MS)
    await store.transaction(async () => {
      const draft = { id, publicJwk, now, expiresAt, max: MAX_DRAFTS }
      if (!(await insertKeyDraft(store, draft))) throw tooMany()
      await putSealed(store, seal, place, sealed)
      await this.#audit(by, 'key-draft.add', id)
    })
    return { id, publicJwk, createdAt: now, expiresAt }
  }

  /** Every draft that is not used yet, the oldest first. */
  async list(): Promise<readonly KeyDraft[]> {
    const { store, clock } = this.#context
    return (await listKeyDrafts(store, clock.now())).map(viewOf)
  }

  /** Deletes a draft. @throws {KeyDraftError} `key_draft_not_found` */
  async remove(id: string, by: Caller): Promise<void> {
    const { store } = this.#context
    await store.transaction(async () => {
      if (!(await deleteKeyDraft(store, id))) throw keyDraftNotFound()
      await this.#audit(by, 'key-draft.remove', id)
    })
  }

  /** Deletes what has expired. */
  async removeExpired(): Promise<void> {
    const { store, clock } = this.#context
    await store.transaction(async () => {
      for (const id of await deleteExpiredKeyDrafts(store, clock.now())) {
        await this.#audit({ actor: 'postern' }, 'key-draft.remove', id)
      }
    })
  }

  #audit(by: Caller, action: string, target: string): Promise<void> {
    const { store, clock } = this.#context
    return appendAudit(store, { ...by, action, target, outcome: 'ok' }, clock.now())
  }
}

/** The private half of a draft, for the connection that is made with it. @throws {KeyDraftError} `key_draft_not_found` */
async function openKeyDraft({ store, seal, clock }: KeyDraftsContext, id: string): Promise<Secret> {
  const row = await readKeyDraft(store, id, clock.now())
  const privateJwk = row && (await readSecret(store, seal, placeOf(id, row.public_jwk)))
  if (privateJwk === undefined) throw keyDraftNotFound()
  return privateJwk
}

/** The values of a connection, with the key of the draft that is named in the place of theirs. @throws {KeyDraftError} */
export async function withDraft(
  context: KeyDraftsContext,
  values: ConnectionValues,
  keyDraft: string | undefined,
): Promise<ConnectionValues> {
  if (keyDraft === undefined) return values
  return { ...values, key: await openKeyDraft(context, keyDraft), keyId: undefined }
}

/** @throws {KeyDraftError} `key_draft_and_key` */
export function requireOneKey(key: unknown, keyDraft: string | undefined): void {
  if (key === undefined || keyDraft === undefined) return
  throw new KeyDraftError('key_draft_and_key', 'A key and a key draft are given.', {
    remedy: 'Give one of them.',
  })
}

/** Ends a draft in the transaction that keeps its connection: it is used once. @throws {KeyDraftError} `key_draft_not_found` */
export async function useKeyDraft(store: Store, id: string): Promise<void> {
  if (!(await deleteKeyDraft(store, id))) throw keyDraftNotFound()
}

function placeOf(id: string, { kid }: PublicJwk): SecretPlace {
  return { connectionId: id, kind: 'private-key', label: kid }
}

function viewOf({ id, public_jwk, created_at, expires_at }: KeyDraftRow): KeyDraft {
  const publicJwk = parsePublicJwk({ ...public_jwk })
  return { id, publicJwk, createdAt: created_at, expiresAt: expires_at }
}

function tooMany(): KeyDraftError {
  return new KeyDraftError('key_draft_too_many', `There are ${MAX_DRAFTS} key drafts already.`, {
    remedy: 'Remove those that nobody will use (GET and DELETE /v1/keys).',
  })
}

function keyDraftNotFound(): KeyDraftError {
  return new KeyDraftError('key_draft_not_found', 'There is no such key draft (any more).', {
    remedy: 'Make a new one (POST /v1/keys): a draft is used once, and lives for seven days.',
  })
}
