/** @module What Postern itself has of a person is erased: in its own records, and in what feeds set aside. */

import { createHash } from 'node:crypto'
import type { Clock } from '@postern/core'
import type { Connections } from '../connections/connections.ts'
import { store as storeSink } from '../sinks/store.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import { eraseDeadLetters } from '../store/dead-letters.ts'
import { listFeedsInto } from '../store/feed-sinks.ts'
import { eraseSubject, type RemovedRecords, readLogins } from '../store/records.ts'
import { clearRemovedFeeds } from '../store/removed-feeds.ts'
import { listSpooled, readSpooled } from '../store/spool.ts'
import type { Store } from '../store/store.ts'

/** What {@link eraseUser} works with. */
export interface EraseContext {
  readonly store: Store
  readonly clock: Clock
  readonly connections: Pick<Connections, 'get'>
}

/** Who is to be forgotten. */
export interface ErasedUser {
  /** The connection's name. */
  readonly connection: string
  readonly userId: string
  /** Names that the user signed in with, beside those that the records know. */
  readonly logins?: readonly string[] | undefined
}

/** What was erased, and what is still to come. */
export interface Erased extends RemovedRecords {
  readonly deadLetters: number
  /** Batches with the user in them that were read, and come into the records with the next run of their feed. */
  readonly waiting: readonly { readonly feed: string; readonly batches: number }[]
}

/**
 * Erases a user from the records, and from the dead letters of the connection's feeds, in steps that may be repeated.
 *
 * A spool stays as it is: its batches are the same bytes for every sink, and may hold the very deletion that the others wait for.
 * So do the ids and fingerprints by which a feed knows what it has passed on.
 *
 * @throws {StoredConnectionError} `connection_not_found`
 */
export async function eraseUser(
  { store, clock, connections }: EraseContext,
  { connection, userId, logins: given = [] }: ErasedUser,
  by: Caller,
  signal?: AbortSignal,
): Promise<Erased> {
  const { id: connectionId } = await connections.get(connection)
  const logins = await readLogins(store, { connectionId, userId, logins: given })
  const texts = [userId, ...logins.map((login) => JSON.stringify(login))].map((text) =>
    Buffer.from(text),
  )
  // Nobody can tell any more whose connection the dead letters of a removed feed came over.
  await clearRemovedFeeds(store, signal)
  const waiting = await listWaiting(store, connectionId, texts)
  // Whom is not said, and yet can be shown by whoever knows the id.
  const user = createHash('sha256').update(`${connectionId}|${userId}`).digest('hex')
  const audit = (details: Readonly<Record<string, number>>) =>
    appendAudit(
      store,
      { ...by, action: 'records.erase', connection, outcome: 'ok', details: { user, ...details } },
      clock.now(),
    )
  // Records go in many steps: none of them before it is written down that they do.
  const deadLetters = await store.transaction(async () => {
    const dropped = await eraseDeadLetters(store, connectionId, texts)
    await audit({ deadLetters: dropped })
    return dropped
  })
  const { events, objects } = await eraseSubject(store, { connectionId, userId, logins }, signal)
  await audit({ events, objects })
  return { events, objects, deadLetters, waiting }
}

async function listWaiting(
  store: Store,
  connectionId: string,
  texts: readonly Buffer[],
): Promise<Erased['waiting']> {
  const waiting: Erased['waiting'][number][] = []
  for (const { id, name, seq: confirmed } of await listFeedsInto(
    store,
    connectionId,
    storeSink.name,
  )) {
    let batches = 0
    for (const seq of await listSpooled(store, id, confirmed)) {
      const batch = await readSpooled(store, id, seq)
      if (batch?.lines.some((line) => names(line, texts))) batches++
    }
    if (batches > 0) waiting.push({ feed: name, batches })
  }
  return waiting
}

function names(line: Uint8Array, texts: readonly Buffer[]): boolean {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  return texts.some((text) => bytes.includes(text))
}
