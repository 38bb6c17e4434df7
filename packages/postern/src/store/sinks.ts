/** @module The table of sinks: named places that feeds write to. Their secrets are sealed under the sink's id. */

import type { JsonObject, Secret } from '@postern/core'
import type { Selectable } from 'kysely'
import type { SinkTable } from './schema.ts'
import type { Seal, SecretPlace } from './seal.ts'
import { readSecret, removeSecrets } from './secrets.ts'
import type { Store } from './store.ts'

/** A stored sink, without its secrets. */
export type SinkRow = Readonly<Selectable<SinkTable>>

/** A sink that is to be stored; its secrets are put in the same transaction. */
export interface NewSink {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
}

/** The place of one of a sink's secrets. */
export function placeOfSinkSecret(sinkId: string, name: string): SecretPlace {
  return { connectionId: sinkId, kind: 'sink', label: name }
}

/** Stores a sink. False where another one has the name. */
export async function insertSink(store: Store, sink: NewSink, now: Date): Promise<boolean> {
  const { id, name, kind, settings } = sink
  const inserted = await store.db
    .insertInto('sink')
    .values({
      id,
      name,
      kind,
      settings: JSON.stringify(settings),
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** The sink of a name; undefined where there is none. */
export function findSink(store: Store, name: string): Promise<SinkRow | undefined> {
  return store.db.selectFrom('sink').selectAll().where('name', '=', name).executeTakeFirst()
}

/** Every sink, by name. */
export function listSinks(store: Store): Promise<readonly SinkRow[]> {
  return store.db.selectFrom('sink').selectAll().orderBy('name').execute()
}

/**
 * Holds sinks by their names until the end of the transaction, so that none is removed meanwhile. Those that are not there are
 * left out.
 */
export function holdSinks(store: Store, names: readonly string[]): Promise<readonly SinkRow[]> {
  if (names.length === 0) return Promise.resolve([])
  return store.db
    .selectFrom('sink')
    .selectAll()
    .where('name', 'in', names)
    .orderBy('name')
    .forUpdate()
    .execute()
}

/** Changes the settings of a sink that is still as it was read. False where it was changed or removed since. */
export async function updateSink(
  store: Store,
  { id, revision }: Pick<SinkRow, 'id' | 'revision'>,
  settings: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<boolean> {
  const updated = await store.db
    .updateTable('sink')
    .set({ settings: JSON.stringify(settings), revision: revision + 1, updated_at: now })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .returning('id')
    .executeTakeFirst()
  return updated !== undefined
}

/** Deletes a sink with its secrets. False where it is gone already. */
export async function deleteSink(store: Store, id: string): Promise<boolean> {
  return store.transaction(async () => {
    await removeSecrets(store, { connectionId: id })
    const deleted = await store.db
      .deleteFrom('sink')
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst()
    return deleted !== undefined
  })
}

/** The names of a sink's secrets. */
export async function listSinkSecrets(store: Store, id: string): Promise<readonly string[]> {
  const rows = await store.db
    .selectFrom('secret')
    .select('label')
    .where('connection_id', '=', id)
    .where('kind', '=', 'sink')
    .orderBy('label')
    .execute()
  return rows.map(({ label }) => label)
}

/** A sink's secrets by name, opened. @throws {SealError} */
export async function readSinkSecrets(
  store: Store,
  seal: Seal,
  id: string,
): Promise<Readonly<Record<string, Secret>>> {
  const secrets: [string, Secret][] = []
  for (const name of await listSinkSecrets(store, id)) {
    const secret = await readSecret(store, seal, placeOfSinkSecret(id, name))
    if (secret !== undefined) secrets.push([name, secret])
  }
  return Object.fromEntries(secrets)
}

/** Which feeds write to which sinks, by the ids of the sinks: the names of the feeds, in order. */
export async function readSinkUses(store: Store): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await store.db
    .selectFrom('feed_sink')
    .innerJoin('feed', 'feed.id', 'feed_sink.feed_id')
    .select(['feed_sink.sink_id', 'feed.name'])
    .orderBy('feed.name')
    .execute()
  const uses = new Map<string, string[]>()
  for (const { sink_id, name } of rows) {
    const names = uses.get(sink_id) ?? []
    uses.set(sink_id, names)
    names.push(name)
  }
  return uses
}

/** The names of the feeds that write to a sink, in order. */
export async function readFeedsOfSink(store: Store, id: string): Promise<readonly string[]> {
  const rows = await store.db
    .selectFrom('feed_sink')
    .innerJoin('feed', 'feed.id', 'feed_sink.feed_id')
    .select('feed.name')
    .where('feed_sink.sink_id', '=', id)
    .orderBy('feed.name')
    .execute()
  return rows.map(({ name }) => name)
}

/** How far each feed is that has written to a sink, as the sink said it. */
export async function readPositionsInSink(
  store: Store,
  id: string,
): Promise<readonly { readonly feed: string; readonly position: JsonObject }[]> {
  const rows = await store.db
    .selectFrom('feed_sink')
    .innerJoin('feed', 'feed.id', 'feed_sink.feed_id')
    .select(['feed.name', 'feed_sink.position'])
    .where('feed_sink.sink_id', '=', id)
    .orderBy('feed.name')
    .execute()
  return rows.flatMap(({ name, position }) =>
    position === null ? [] : [{ feed: name, position: position as JsonObject }],
  )
}
