/** @module Records in Postern's own database, where the log is looked through and questions are answered. */

import { PosternError } from '@postern/core'
import { sql } from 'kysely'
import { z } from 'zod'
import {
  addEvents,
  findConnectionOfFeed,
  putObjects,
  removeObjects,
  type StoredEvent,
  type StoredObject,
} from '../store/records.ts'
import { isGivenWay, sqlStateOf } from '../store/sql-state.ts'
import type { Store } from '../store/store.ts'
import type { FeedRecord } from './record.ts'
import type { RejectedRecord, SinkBatch, SinkKind, Written } from './sink.ts'
import { SinkError } from './sink-error.ts'
import { objectKey, storedEvent, storedObject, UnstorableRecord } from './stored-records.ts'

const settings = z.strictObject({
  retentionDays: z
    .int()
    .min(1)
    .max(3_650)
    .default(90)
    .describe('How many days events are kept. Objects are kept as long as the org has them.'),
})

/** Keeps records in Postern's own database: events for some time, of each object how it is now. */
export const store: SinkKind<typeof settings> = {
  name: 'store',
  title: "Postern's own database",
  summary: 'Keeps events for some time and objects as they are now, to look them up here.',
  guarantee: 'effectively-once',
  settings,
  secrets: {},
  inStore: true,
  open: async (context) => ({
    write: async (batch, { signal }) => {
      signal?.throwIfAborted()
      return writable(() => write(context.store, batch))
    },
    close: async () => undefined,
  }),
  check: async (context, signal) => {
    signal?.throwIfAborted()
    await writable(() =>
      sql`select from records.event, records.object limit 0`.execute(context.store.db),
    )
  },
}

async function write(kept: Store, batch: SinkBatch): Promise<Written> {
  const feedId = batch.feed.id
  const connectionId = await findConnectionOfFeed(kept, feedId)
  // Its feed was removed meanwhile: nobody would find the records again.
  if (connectionId === undefined) throw feedGone()
  const { events, changes, rejected } = judge(batch)
  const owner = { connectionId, feedId }
  await kept.transaction(async () => {
    await addEvents(kept, connectionId, events)
    await putObjects(kept, owner, [...changes.values()].filter(isPresent))
    await removeObjects(
      kept,
      owner,
      [...changes.values()].filter((change) => !isPresent(change)),
    )
  })
  return { rejected }
}

type Change = StoredObject | ReturnType<typeof objectKey>

interface Judged {
  readonly events: readonly StoredEvent[]
  /** The last one of each object: a statement may touch a row once. */
  readonly changes: ReadonlyMap<string, Change>
  readonly rejected: readonly RejectedRecord[]
}

function judge({ records, readAt }: SinkBatch): Judged {
  const events: StoredEvent[] = []
  const changes = new Map<string, Change>()
  const rejected: RejectedRecord[] = []
  const keep = (record: FeedRecord) => {
    switch (record.op) {
      case 'event':
        return void events.push(storedEvent(record, readAt))
      case 'upsert':
        return void changes.set(`${record.kind} ${record.id}`, storedObject(record))
      case 'delete':
        return void changes.set(`${record.kind} ${record.id}`, objectKey(record))
    }
  }
  records.forEach((record, index) => {
    try {
      keep(record)
    } catch (error) {
      if (!(error instanceof UnstorableRecord)) throw error
      rejected.push({ index, code: 'sink_record_refused', reason: error.message })
    }
  })
  return { events, changes, rejected }
}

function isPresent(change: Change): change is StoredObject {
  return 'raw' in change
}

/** Runs `work`; what the database says against it is an error of the sink. */
async function writable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    // The store begins the transaction again.
    if (error instanceof PosternError || isGivenWay(error)) throw error
    const state = sqlStateOf(error)
    throw new SinkError('sink_unwritable', `The database refused to write records (${state}).`, {
      remedy: "Check that the schema records is there, and that Postern's user may write to it.",
      details: { state },
    })
  }
}

function feedGone(): SinkError {
  return new SinkError('sink_unwritable', 'The feed of these records is not there any more.', {
    remedy: 'Nothing needs to be done where it was removed.',
  })
}
