/** @module A connection with events in the store, as a feed leaves them. */

import { randomUUID } from 'node:crypto'
import type { FeedRecord } from '../../src/sinks/record.ts'
import { storedEvent } from '../../src/sinks/stored-records.ts'
import { insertConnection, type NewConnection } from '../../src/store/connections.ts'
import { addEvents } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'

/** An event as Okta sends it, or anything else. */
export type SentEvent = Readonly<Record<string, unknown>> & { readonly uuid: string }

/** Keeps a connection of this name that nobody can use. @returns its id. */
export async function keepConnection(store: Store, name: string): Promise<string> {
  const id = randomUUID()
  const connection: NewConnection = {
    ...{ id, name, orgUrl: 'https://acme.okta.com', settings: {} },
    kind: 'service-app',
  }
  if (!(await insertConnection(store, connection, new Date()))) throw new Error(`${name} is there.`)
  return id
}

/** Keeps events as the sink `store` does. */
export async function keepEvents(
  store: Store,
  connectionId: string,
  events: readonly SentEvent[],
): Promise<void> {
  const readAt = new Date('2026-11-30T12:00:00Z')
  const rows = events.map((event) => {
    const line = Buffer.from(JSON.stringify(event))
    const record: FeedRecord = { kind: 'event', op: 'event', id: event.uuid, line }
    return storedEvent(record, readAt)
  })
  await addEvents(store, connectionId, rows)
}
