/** @module The table of gaps: pieces of history that could not be read. */

import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { GapTable } from './schema.ts'
import type { Store } from './store.ts'

/** A piece of history that could not be read. */
export type GapRow = Readonly<Selectable<GapTable>>

/** A gap that was found. */
export interface NewGap {
  /** Absent: from the beginning. */
  readonly from?: Date | undefined
  readonly to: Date
  /** A sentence. */
  readonly reason: string
}

/** Keeps a gap. @param now - the org's time */
export async function putGap(
  store: Store,
  feedId: string,
  { from, to, reason }: NewGap,
  now: Date,
): Promise<void> {
  await store.db
    .insertInto('gap')
    .values({
      id: randomUUID(),
      feed_id: feedId,
      from_at: from ?? null,
      to_at: to,
      reason,
      created_at: now,
    })
    .execute()
}

/** The gaps of a feed, the oldest first. */
export function listGaps(store: Store, feedId: string): Promise<readonly GapRow[]> {
  return store.db
    .selectFrom('gap')
    .selectAll()
    .where('feed_id', '=', feedId)
    .orderBy('to_at')
    .execute()
}
