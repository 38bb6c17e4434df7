/** @module What the store keeps of a rotation beside how far it got: who goes on with it, when, and what went wrong last. */

import {
  isUnderWay,
  type PosternError,
  type PublicJwk,
  parseRotationState,
  type RotationState,
  retiredMinMs,
} from '@postern/core'
import type { RotationRow } from '../store/rotations.ts'

/** A rotation as it is stored. JSON, without any secret. */
export interface KeptRotation {
  /** Absent where it could not even be begun. */
  readonly state?: RotationState
  /** Whether Postern goes on with it by itself, or waits for a person. */
  readonly unattended: boolean
  /** The connection that signs in as the administrator; absent where the app itself does, or nobody has to. */
  readonly admin?: string
  /** The public keys at the URL of the key set, and since when; absent where Okta keeps them. */
  readonly published?: { readonly keys: readonly PublicJwk[]; readonly at: string }
  /** How often it failed since it last got anywhere. */
  readonly failures: number
  readonly lastError?: RotationFailure
}

/** Why a rotation stopped. */
export interface RotationFailure {
  readonly code: string
  readonly message: string
  readonly remedy: string
  /** ISO 8601. */
  readonly at: string
}

/** How long a reader may keep a key set; so long Okta may not know of a key that was published. */
export const keySetMaxAgeSeconds = 300

const MINUTE_MS = 60_000
const MAX_RETRY_MS = 12 * 60 * MINUTE_MS

/** A stored rotation, parsed. @throws {RotationError} `rotation_state_invalid` */
export function parseKept(
  row: Pick<RotationRow, 'state'>,
  customDomains: readonly string[],
): KeptRotation {
  // Written by this file; what is acted upon is judged again.
  const { state, ...kept } = row.state as KeptRotation
  return state === undefined
    ? kept
    : { ...kept, state: parseRotationState(state, { customDomains }) }
}

/** The next failure, in the place of the last one. */
export function withFailure(kept: KeptRotation, error: PosternError, now: Date): KeptRotation {
  const { code, message, remedy } = error
  const lastError = { code, message, remedy, at: now.toISOString() }
  return { ...kept, failures: kept.failures + 1, lastError }
}

/** The state it came to; with another phase, it got on, and its failure is over. */
export function withState(kept: KeptRotation, state: RotationState): KeptRotation {
  if (kept.state?.phase === state.phase) return { ...kept, state }
  const { lastError: _lastError, ...rest } = kept
  return { ...rest, state, failures: 0 }
}

/**
 * When Postern goes on with a rotation by itself; null where a person does, or nothing is left to do. After a failure it
 * waits five minutes, then twice as long each time, half a day at most: the key in use works meanwhile. For a key that was
 * published it waits until no reader keeps the key set before it.
 */
export function dueAt(kept: KeptRotation, now: Date): Date | null {
  const { state, unattended, published } = kept
  if (!unattended || state === undefined || !isUnderWay(state)) return null
  const waits = [
    [state.phase === 'retired' ? state.retiredAt : undefined, retiredMinMs],
    [state.phase === 'registered' ? published?.at : undefined, keySetMaxAgeSeconds * 1_000],
  ] as const
  const retry = retryAt(kept)
  const times = waits.flatMap(([at, ms]) => (at === undefined ? [] : [Date.parse(at) + ms]))
  return new Date(Math.max(now.getTime(), retry?.getTime() ?? 0, ...times))
}

/** When a rotation that failed is tried again; undefined where it did not fail. */
export function retryAt({ failures, lastError }: KeptRotation): Date | undefined {
  if (lastError === undefined) return undefined
  const waitMs = Math.min(5 * MINUTE_MS * 2 ** (failures - 1), MAX_RETRY_MS)
  return new Date(Date.parse(lastError.at) + waitMs)
}
