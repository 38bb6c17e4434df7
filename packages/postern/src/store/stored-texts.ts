/** @module Everything that the sink `store` keeps of a connection, as the texts that were read of the org. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** One record: an event by its uuid, an object by its kind and id. */
export interface StoredText {
  readonly kind: string
  readonly id: string
  /** JSON, byte for byte; a member or assignment is wrapped with its parent's id. */
  readonly raw: string
}

const PAGE = 1_000

/** The records of a connection, by kind and id; what is written meanwhile may be missing. */
export async function* storedTexts(store: Store, connectionId: string): AsyncGenerator<StoredText> {
  yield* pages((after) =>
    sql<StoredText>`select 'event' as kind, uuid as id, raw::text as raw from records.event
      where connection_id = ${connectionId} and uuid > ${after?.id ?? ''}
      order by uuid limit ${PAGE}`.execute(store.db),
  )
  yield* pages((after) =>
    sql<StoredText>`select kind, id, raw::text as raw from records.object
      where connection_id = ${connectionId}
        and (kind, id) > (${after?.kind ?? ''}, ${after?.id ?? ''})
      order by kind, id limit ${PAGE}`.execute(store.db),
  )
}

async function* pages(
  read: (after: StoredText | undefined) => Promise<{ readonly rows: readonly StoredText[] }>,
): AsyncGenerator<StoredText> {
  let last: StoredText | undefined
  for (;;) {
    const { rows } = await read(last)
    yield* rows
    last = rows.at(-1)
    if (rows.length < PAGE) return
  }
}
