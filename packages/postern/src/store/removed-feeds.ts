/** @module What feeds leave that were removed: as many rows as an org has objects, deleted in bounded steps. */

import { sql } from 'kysely'
import { inSteps, STEP } from './in-steps.ts'
import { ownersIn } from './owners-in.ts'
import type { Store } from './store.ts'

/** The tables, those with records of people first, and what tells one row of a feed from another. */
const LEFT = {
  dead_letter: ['sink_id', 'seq', 'index'],
  spool: ['seq'],
  mirror: ['kind', 'id'],
  reread: ['kind', 'id'],
  ledger: ['seq'],
} as const

type LeftTable = keyof typeof LEFT

const TABLES = Object.keys(LEFT) as readonly LeftTable[]

/** Deletes what a feed has left that was removed, in statements of a thousand rows each. */
export async function clearRemovedFeed(
  store: Store,
  feedId: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const table of TABLES) await inSteps(signal, () => clearStep(store, table, feedId))
}

/** Does so for every feed that is not there any more: its removal may have been cut off. */
export async function clearRemovedFeeds(store: Store, signal?: AbortSignal): Promise<void> {
  for (const table of TABLES) {
    for await (const { id, isThere } of ownersIn(store, table, 'feed')) {
      if (!isThere) await inSteps(signal, () => clearStep(store, table, id))
    }
  }
}

async function clearStep(store: Store, table: LeftTable, feedId: string): Promise<number> {
  const key = sql.join(LEFT[table].map((column) => sql.ref(column)))
  const { numAffectedRows = 0n } = await sql`
    delete from ${sql.table(table)} where feed_id = ${feedId} and (${key}) in (
      select ${key} from ${sql.table(table)} where feed_id = ${feedId} limit ${STEP})`.execute(
    store.db,
  )
  return Number(numAffectedRows)
}
