/** @module What to make of an object that was just seen, beside what is known of it. */

import type { MirrorRow } from '../store/mirror.ts'

/**
 * `doubtful`: it differs, and may be what was so a while ago; the object has to be read by its id, which is always current.
 */
export type Judgement = 'new' | 'changed' | 'same' | 'older' | 'doubtful'

/** How an object was seen. */
export interface Sight {
  readonly hash: string
  readonly lastUpdated?: Date
  /** Whether Okta answers so with what is so now. An index is behind. */
  readonly isCurrent: boolean
  /** The org's time. */
  readonly now: Date
}

// Okta's times have whole seconds and some changes move none of them, so two states may have the same time. The index is
// behind by less than this, as far as anybody has seen.
const SETTLED_MS = 10 * 60_000

/** Judges one sight of an object. Nothing that an index shows replaces what is newer, or brings back what is gone. */
export function judgeObject(
  known: Pick<MirrorRow, 'hash' | 'last_updated' | 'changed_at' | 'deleted_at'> | undefined,
  { hash, lastUpdated, isCurrent, now }: Sight,
): Judgement {
  if (known === undefined) return 'new'
  if (known.deleted_at !== null) return isCurrent ? 'changed' : 'doubtful'
  if (known.hash === hash) return 'same'
  if (isCurrent) return 'changed'
  const knownMs = known.last_updated?.getTime()
  const seenMs = lastUpdated?.getTime()
  if (knownMs !== undefined && seenMs !== undefined) {
    if (seenMs < knownMs) return 'older'
    if (seenMs > knownMs) return 'changed'
  }
  return now.getTime() - known.changed_at.getTime() < SETTLED_MS ? 'doubtful' : 'changed'
}
