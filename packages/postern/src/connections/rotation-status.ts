/** @module How the rotation of a connection's key stands, for whoever asks. */

import { keyInUse, type PublicJwk, parsePublicJwk, type RotationPhase } from '@postern/core'
import type { ConnectionRow } from '../store/connections.ts'
import type { KeptRotation, RotationFailure } from './kept-rotation.ts'

/** How a rotation stands. Holds no secret. */
export interface RotationStatus {
  readonly connection: string
  /** How far the rotation got that is under way, or the last one; null where there was none. */
  readonly phase: RotationPhase | null
  /** Kids. */
  readonly keyInUse: string | null
  readonly oldKey: string | null
  readonly newKey: string | null
  /** When the old key went out of use. ISO 8601, as all times here. */
  readonly retiredAt: string | null
  /** Days between scheduled rotations; null: there are none. */
  readonly intervalDays: number | null
  readonly nextRotationAt: string | null
  /** When Postern goes on by itself with what is under way; null: when somebody says so. */
  readonly dueAt: string | null
  readonly lastError: RotationFailure | null
  /** Where Okta fetches the keys, and the keys to be found there; null where it keeps them. */
  readonly keySet: { readonly url: string; readonly keys: readonly PublicJwk[] } | null
}

/** How the rotation of a connection stands. */
export function statusOf(
  row: ConnectionRow,
  kept: KeptRotation | undefined,
  dueAt: Date | null,
): RotationStatus {
  const { settings } = row
  const state = kept?.state
  return {
    connection: row.name,
    phase: state?.phase ?? null,
    keyInUse: settings.publicJwk?.kid ?? (state ? keyInUse(state).kid : null),
    oldKey: state?.plan.oldKey.kid ?? null,
    newKey: state?.plan.newKey.kid ?? null,
    retiredAt: state?.retiredAt ?? null,
    intervalDays: row.rotation_interval_days,
    nextRotationAt: row.next_rotation_at?.toISOString() ?? null,
    dueAt: dueAt?.toISOString() ?? null,
    lastError: kept?.lastError ?? null,
    keySet:
      settings.jwksUri === undefined
        ? null
        : { url: settings.jwksUri, keys: publishedKeys(row, kept) },
  }
}

/** The keys of a connection's key set: those of the rotation that is under way, or the key in use. */
export function publishedKeys(
  { settings: { publicJwk } }: Pick<ConnectionRow, 'settings'>,
  kept: KeptRotation | undefined,
): readonly PublicJwk[] {
  const published = kept?.published?.keys ?? []
  // A set that lacks the key in use is that of an earlier credential.
  const isCurrent = published.some(({ kid }) => kid === publicJwk?.kid)
  const keys = publicJwk === undefined || isCurrent ? published : [publicJwk]
  // The database keeps no order of members.
  return keys.map((jwk) => parsePublicJwk({ ...jwk }))
}
