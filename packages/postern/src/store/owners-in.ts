/** @module Whose rows a table has: what is left of those that were removed is found without looking through the rest. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** The owners of a table's rows, and whether each is still there. One step in the index for each. */
export async function* ownersIn(
  store: Store,
  table: string,
  owner: 'connection' | 'feed',
): AsyncGenerator<{ readonly id: string; readonly isThere: boolean }> {
  const column = sql.ref(`${owner}_id`)
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string | null; isThere: boolean }>`
      select next.id,
        exists (select from ${sql.table(owner)} as owner where owner.id = next.id) as "isThere"
      from (select min(${column}) as id from ${sql.table(table)}
        where ${column} > ${after}) as next`.execute(store.db)
    const [{ id = null, isThere = false } = {}] = rows
    if (id === null) return
    yield { id, isThere }
    after = id
  }
}
