/** @module All four kinds of sink that the proof is about, each with the real other side. */

import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { inject } from 'vitest'
import { newDatabase } from '../../../../test/stores.ts'
import { accessKey, bucket, startStorage, type TestStorage } from '../sinks/storage.ts'
import { heldEvent } from './checker.ts'
import { jsonlSink, type ProvenSink, webhookSink } from './held.ts'
import { startReceiver, type WebhookReceiver } from './receiver.ts'

/** What sinks are opened with. */
export interface ProvenSinks {
  readonly receiver: WebhookReceiver
  readonly sinks: readonly ProvenSink[]
  close(): Promise<void>
}

/** Opens one sink of each kind. */
export async function openProvenSinks(): Promise<ProvenSinks> {
  const { accessKeyId, secretAccessKey } = accessKey
  const receiver = await startReceiver()
  const storage = await startStorage()
  const database = await newDatabase('empty')
  const tables = tablesSink(database.url)
  const objects: ProvenSink = {
    name: 'objects',
    mayRepeat: false,
    members: {
      name: 'objects',
      kind: 'object-storage',
      settings: { bucket, region: 'us-east-1', endpoint: storage.url, pathStyle: true },
      secrets: { accessKeyId, secretAccessKey },
    },
    read: (feed) => readObjects(storage, feed),
  }
  return {
    receiver,
    sinks: [await jsonlSink(inject('runFolder')), webhookSink(receiver), tables, objects],
    close: async () => {
      await receiver.close()
      await storage.close()
      await database.drop()
    },
  }
}

/** Tables of a database. @param direct - another way to it, to see what they hold. Default: the same. */
export function tablesSink(
  url: string,
  { name = 'tables', schema = 'okta', direct = url } = {},
): ProvenSink {
  return {
    name,
    mayRepeat: false,
    members: { name, kind: 'postgres', settings: { schema }, secrets: { url } },
    read: () => readTable(direct, schema),
  }
}

/** The events of a feed in the objects of a storage. The server writes in place: what is being written again is read again. */
export async function readObjects(
  storage: TestStorage,
  feed: string,
): ReturnType<ProvenSink['read']> {
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await storage.read(`/${feed}/`)
      return [...found]
        .filter(([key]) => key.endsWith('.jsonl.gz'))
        .flatMap(([, body]) => gunzipSync(body).toString().split('\n').filter(Boolean))
        .map(heldEvent)
    } catch (error) {
      if (attempt === 20) throw error
      await setTimeout(50)
    }
  }
}

/** The events in the tables of a schema. */
export async function readTable(url: string, schema: string): ReturnType<ProvenSink['read']> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows: tables } = await client.query(
      "select from pg_tables where schemaname = $1 and tablename = 'events'",
      [schema],
    )
    if (tables.length === 0) return []
    const { rows } = await client.query<{ readonly id: string; readonly text: string }>(
      `select uuid as id, json::text as text from ${client.escapeIdentifier(schema)}.events
        order by batch_seq, batch_index`,
    )
    return rows
  } finally {
    await client.end()
  }
}
