/** @module Idempotency keys: a caller who asks again with the key of before gets the answer of before, and nothing is done. */

import { hash } from 'node:crypto'
import {
  type ActionAnswer,
  ActionError,
  type Clock,
  type JsonValue,
  PosternError,
  Secret,
} from '@postern/core'
import type { Log } from '../log.ts'
import {
  deleteActionRun,
  deleteActionRuns,
  endActionRun,
  putActionRun,
  readActionRun,
} from '../store/action-runs.ts'
import { isSameDigest } from '../store/digest.ts'
import { withLease } from '../store/leases.ts'
import type { Seal } from '../store/seal.ts'
import { putSealed, readSecret } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'
import { canonicalJson, jsonDigest } from './canonical-json.ts'

/** What can be wrong with an idempotency key. */
export type IdempotencyErrorCode =
  | 'idempotency_key_invalid'
  | 'idempotency_key_reused'
  | 'idempotency_key_in_use'

/** An idempotency key that is not taken. */
class IdempotencyError extends PosternError<IdempotencyErrorCode> {
  override readonly name = 'IdempotencyError'
}

/** What keys are remembered with. */
export interface IdempotencyContext {
  readonly store: Store
  readonly seal: Seal
  readonly clock: Clock
  readonly log: Log
}

/** A request that has a key. */
export interface KeyedRequest {
  readonly key: string
  readonly actor: string
  readonly connectionId: string
  /** All that makes it another request. */
  readonly asked: JsonValue
  /** Whether what became of a run can be seen by no other: it is not done again, unless it is known that it was not done. */
  readonly isDoneEachRun?: boolean
  /** Whether it may be done although it failed so. */
  readonly mayBeDone?: (error: unknown) => boolean
}

const KEPT_MS = 24 * 60 * 60 * 1_000
const MAX_KEY_CHARACTERS = 255
// A process that was killed keeps a key from being used for so long.
const LEASE_SECONDS = 15

/**
 * Does `work` once for each key of a caller on a connection; for 24 hours whoever asks the same again is given its answer.
 *
 * A refusal is not kept, and neither is what a process did that ended in between: what is asked again then is done again, and
 * an action looks before it does anything. One that cannot look is not done again where the first time may have done it.
 *
 * @throws {IdempotencyError} `idempotency_key_reused` for another request with the same key; `idempotency_key_in_use` while
 *   the first one is under way.
 * @throws {ActionError} `action_outcome_unknown` where nobody can say whether the first one was done, nor see it.
 * @throws what `work` throws.
 * @see draft-ietf-httpapi-idempotency-key-header, section 2.6 - scenarios of a key that is sent again
 */
export async function withIdempotency(
  context: IdempotencyContext,
  request: KeyedRequest,
  work: () => Promise<ActionAnswer>,
): Promise<{ readonly answer: ActionAnswer; readonly replayed: boolean }> {
  const { store, clock } = context
  const { key, actor, connectionId, asked, isDoneEachRun = false, mayBeDone } = request
  if (!isKey(key)) throw keyInvalid()
  const id = hash('sha256', canonicalJson([actor, connectionId, key]), 'hex')
  const requestHash = jsonDigest(asked)
  const requireSame = async () => {
    const row = await readActionRun(store, id, clock.now())
    if (row !== undefined && !isSameDigest(row.request_hash, requestHash)) throw keyReused()
    return row
  }
  const held = await withLease(
    store,
    `action-run ${id}`,
    async () => {
      const before = await requireSame()
      const kept = before?.ended_at ? await readAnswer(context, id) : undefined
      if (kept !== undefined) return { answer: kept, replayed: true }
      if (before !== undefined && isDoneEachRun) throw outcomeUnknown()
      const expiresAt = new Date(clock.now().getTime() + KEPT_MS)
      const run = { connection_id: connectionId, request_hash: requestHash, expires_at: expiresAt }
      await putActionRun(store, { id, ...run })
      const answer = await work().catch(async (error: unknown) => {
        if (!isDoneEachRun || mayBeDone?.(error) !== true)
          await deleteActionRun(store, id).catch(() => undefined)
        throw error
      })
      await keepAnswer(context, id, answer)
      return { answer, replayed: false }
    },
    { seconds: LEASE_SECONDS },
  )
  if (held !== undefined) return held.result
  await requireSame()
  throw keyInUse()
}

/** Forgets the answers that were kept long enough. */
export async function removeExpiredRuns({
  store,
  clock,
}: Pick<IdempotencyContext, 'store' | 'clock'>): Promise<void> {
  await deleteActionRuns(store, { expiredAt: clock.now() })
}

async function readAnswer(
  { store, seal }: IdempotencyContext,
  id: string,
): Promise<ActionAnswer | undefined> {
  const text = await readSecret(store, seal, placeOf(id))
  return text === undefined ? undefined : JSON.parse(text.reveal())
}

/** It is done: whoever asked hears of that, whether it can be kept or not. */
async function keepAnswer(
  { store, seal, clock, log }: IdempotencyContext,
  id: string,
  answer: ActionAnswer,
): Promise<void> {
  try {
    const sealed = await seal.seal(placeOf(id), new Secret(JSON.stringify(answer)))
    await store.transaction(async () => {
      await putSealed(store, seal, placeOf(id), sealed)
      await endActionRun(store, id, clock.now())
    })
  } catch (err) {
    log.error({ err }, 'the answer of an action could not be kept for its idempotency key')
  }
}

function placeOf(id: string) {
  return { connectionId: id, kind: 'action-answer', label: '' } as const
}

/** Visible ASCII. A structured string has quotes around it, which are part of the key here. */
function isKey(key: string): boolean {
  return key.length <= MAX_KEY_CHARACTERS && /^[\x21-\x7e]+$/.test(key)
}

function keyInvalid(): IdempotencyError {
  return new IdempotencyError(
    'idempotency_key_invalid',
    'The idempotency key is empty, too long, or has a blank or another character than ASCII.',
    { remedy: `Send one of 1 to ${MAX_KEY_CHARACTERS} visible characters, such as a UUID.` },
  )
}

function keyReused(): IdempotencyError {
  return new IdempotencyError(
    'idempotency_key_reused',
    'The idempotency key was sent before, with another request.',
    { remedy: 'Send a new key with each new request, and the same one with the same request.' },
  )
}

function outcomeUnknown(): ActionError {
  return new ActionError(
    'action_outcome_unknown',
    'The request that first had this idempotency key did not end, and may have been done.',
    { remedy: 'Look in the org whether it was done; if it was not, send it with a new key.' },
  )
}

function keyInUse(): IdempotencyError {
  return new IdempotencyError(
    'idempotency_key_in_use',
    'The request that first had this idempotency key is still under way.',
    { remedy: 'Ask again in a few seconds with the same key.', details: { retryAfterSeconds: 5 } },
  )
}
