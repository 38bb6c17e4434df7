/** @module What time it is for the database: the one clock that every process of a store has in common. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** The database's time; of an embedded store it is this machine's. */
export async function readDatabaseTime({ db }: Store): Promise<Date> {
  const { rows } = await sql<{ readonly now: Date }>`select clock_timestamp() as now`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('The database does not say what time it is.')
  return row.now
}
