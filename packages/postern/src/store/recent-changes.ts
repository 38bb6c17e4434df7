/** @module What changed a moment ago, in two cheap questions: rows of the audit log, and runs that began or ended. */

import type { Store } from './store.ts'

/** A row of the audit log. */
export interface RecentDeed {
  readonly seq: number
  readonly action: string
  readonly connection: string | null
}

/** A run that began or ended. */
export interface RecentRun {
  readonly id: string
  readonly outcome: string | null
  /** The name of the connection of its feed. */
  readonly connection: string
}

// Whoever watches reads again at once; a burst of more is one hint all the same.
const MAX_ROWS = 1_000

/** The last row of the audit log; 0 where it is empty. */
export async function readAuditEnd(store: Store): Promise<number> {
  const { seq } = await store.db
    .selectFrom('audit_head')
    .select('seq')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  return Number(seq)
}

/** The rows of the audit log after one, the newest first. */
export async function readDeedsAfter(store: Store, after: number): Promise<readonly RecentDeed[]> {
  const rows = await store.db
    .selectFrom('audit')
    .select(['seq', 'action', 'connection'])
    .where('seq', '>', after)
    .orderBy('seq', 'desc')
    .limit(MAX_ROWS)
    .execute()
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

/** The runs that began or ended since. */
export async function readRunsSince(store: Store, since: Date): Promise<readonly RecentRun[]> {
  return store.db
    .selectFrom('run')
    .innerJoin('feed', 'feed.id', 'run.feed_id')
    .innerJoin('connection', 'connection.id', 'feed.connection_id')
    .select(['run.id as id', 'run.outcome as outcome', 'connection.name as connection'])
    .where((where) =>
      where.or([where('run.started_at', '>', since), where('run.ended_at', '>', since)]),
    )
    .limit(MAX_ROWS)
    .execute()
}
