/** @module Since when some process has been there to do a thing, without a break: a lease that all of them hold together. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** What is kept of a presence. */
export interface Presence {
  /** What the processes are there for. */
  readonly name: string
  /** How long one sign of life counts. */
  readonly seconds: number
}

/**
 * Gives a sign of life.
 *
 * @param now - where nobody was there, it begins anew with this time; it never begins later, also where the clock was set back.
 */
export async function keepPresent(
  store: Store,
  { name, seconds }: Presence,
  now: Date,
): Promise<void> {
  // As text such times have the order that they have as times.
  const since = now.toISOString()
  await sql`
    insert into lease (name, holder, until)
    values (${name}, ${since}, now() + ${seconds} * interval '1 second')
    on conflict (name) do update set until = excluded.until,
      holder = case when lease.until < now() then excluded.holder
        else least(lease.holder, excluded.holder) end`.execute(store.db)
}

/** Since when somebody has been there; undefined where nobody is. */
export async function readPresentSince(store: Store, name: string): Promise<Date | undefined> {
  const row = await store.db
    .selectFrom('lease')
    .select('holder')
    .where('name', '=', name)
    .where('until', '>=', sql<Date>`now()`)
    .executeTakeFirst()
  return row === undefined ? undefined : new Date(row.holder)
}
