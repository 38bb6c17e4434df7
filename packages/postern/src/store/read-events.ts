/** @module Reads the events of the sink `store`, a page at a time, as somebody who can read nothing else. */

import { sql } from 'kysely'
import { conditionsOfEvents, type EventQuery, searchEvents } from './event-search.ts'
import {
  allOf,
  ofConnections,
  type PageOfRecords,
  type PageRequest,
  type RecordList,
  readPage,
} from './record-page.ts'
import type { Store } from './store.ts'

/** An event, as it was sent. */
export interface ReadEvent {
  readonly connectionId: string
  readonly uuid: string
  readonly published: Date
  readonly eventType: string | null
  readonly severity: string | null
  readonly outcome: string | null
  readonly actorId: string | null
  readonly actorLogin: string | null
  readonly clientIp: string | null
  readonly sessionId: string | null
  readonly transactionId: string | null
  readonly targetIds: readonly string[]
  /** The JSON text that Okta sent. */
  readonly raw: string
}

// For one page: what a person waits for, and an embedded store answers nobody else meanwhile.
const EFFORT = { most: 3_000, mostTexts: 1_000 }

const columns = sql<ReadEvent>`connection_id as "connectionId", uuid, published, event_type as "eventType",
  severity, outcome, actor_id as "actorId", actor_login as "actorLogin", client_ip as "clientIp",
  session_id as "sessionId", transaction_id as "transactionId", target_ids as "targetIds",
  raw::text as raw`

/** Events, the newest first. */
export const events: RecordList<ReadEvent> = {
  table: sql`records.event`,
  columns,
  key: sql`connection_id, published, uuid`,
  order: sql`published desc, uuid desc, connection_id desc`,
  time: sql`published`,
  behind: ([published, uuid, connectionId]) => {
    const to = instantOf(published)
    if (to === undefined) return undefined
    const place = sql`(${to.toISOString()}::timestamptz, ${uuid}, ${connectionId})`
    return { rows: sql`(published, uuid, connection_id) < ${place}`, to }
  },
  until: ([published, uuid, connectionId]) => ({
    rows: sql`(published, uuid, connection_id) >= (${published}::timestamptz, ${uuid}, ${connectionId})`,
    from: new Date(published),
  }),
  placeOf: ({ published, uuid, connectionId }) => [published.toISOString(), uuid, connectionId],
}

/** The events that are asked for, the newest first. */
export function readEvents(
  store: Store,
  query: EventQuery,
  page: PageRequest,
): Promise<PageOfRecords<ReadEvent>> {
  return readPage(
    store,
    events,
    (place) => searchEvents(store, query, { ...EFFORT, before: place && new Date(place[0]) }),
    page,
  )
}

/** One event of a connection; undefined where it is not there. */
export async function readEvent(
  store: Store,
  connectionId: string,
  uuid: string,
): Promise<ReadEvent | undefined> {
  const { rows } = await store.readRecords(() =>
    sql<ReadEvent>`select ${columns} from records.event
      where connection_id = ${connectionId} and uuid = ${uuid}`.execute(store.db),
  )
  return rows[0]
}

/** How many events there are, by type, the most frequent first. */
export async function countEvents(
  store: Store,
  query: EventQuery,
  limit: number,
): Promise<readonly { readonly eventType: string | null; readonly count: number }[]> {
  const { rows } = await store.readRecords(() =>
    sql<{ eventType: string | null; count: string | number }>`
      select event_type as "eventType", count(*) as count from records.event
      where ${ofConnections(query.connectionIds)} and ${allOf(conditionsOfEvents(query))}
      group by event_type order by count desc, event_type limit ${limit}`.execute(store.db),
  )
  return rows.map(({ eventType, count }) => ({ eventType, count: Number(count) }))
}

/** A cursor comes from outside, and the database knows no other instants. */
function instantOf(text: string): Date | undefined {
  const date = new Date(text)
  return /^\d{4}-/.test(text) && date.getTime() >= 0 ? date : undefined
}
