/** @module What a feed takes over: objects that the sink `store` has, and that the feed itself never saw. */

import { sql } from 'kysely'
import { ADOPTED } from './mirror.ts'
import type { Store } from './store.ts'

const STEP = 1_000

/**
 * Puts objects of a kind that Postern's own database has of the feed's connection into its mirror, a step at a time; none where the
 * feed has no sink `store`. They were seen before every complete read, so each goes on when one sees it, changed or not, and is
 * missed where none does.
 *
 * @param options.after - the id that the step before ended with; `''` for the first.
 * @returns the last id; undefined where there is nothing more.
 */
export async function adoptObjects(
  store: Store,
  feedId: string,
  { kind, after }: { readonly kind: string; readonly after: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    with page as (
      select o.* from records.object o
      where o.connection_id = (select connection_id from feed where id = ${feedId})
        and o.kind = ${kind} and o.id > ${after}
        and exists (select from feed_sink f join sink s on s.id = f.sink_id
          where f.feed_id = ${feedId} and s.kind = 'store')
      order by o.id limit ${STEP}
    ), adopted as (
      insert into mirror (feed_id, kind, id, parent, version, hash, generation, changed_at, first_seen_at)
      select ${feedId}::text, kind, id, parent, version, hash, ${ADOPTED}::bigint, observed_at, observed_at from page
      on conflict do nothing
    )
    select max(id) as id from page having max(id) is not null`.execute(store.db)
  return rows[0]?.id
}
