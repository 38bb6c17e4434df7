/** @module The store's own database as the queue uses it: what is asked for within a transaction runs in it. */

import { type PostgresPool, sql } from 'kysely'
import { type Db, fromKysely, fromPglite } from 'pg-boss'
import type { Store } from '../store/store.ts'
import { listen } from './listen.ts'

/** The database of a queue, and how to hear of jobs that another process sent. */
export interface QueueDatabase extends Db {
  /** Called with the name of a queue that a job has come to; without one where any may have been missed. */
  onJob(listener: (queue: string | undefined) => void): void
}

/**
 * The database of a store for pg-boss. Without the way through the transaction, a call within one would wait for itself for
 * ever on an embedded store, whose only connection the transaction has.
 */
export function openQueueDatabase(store: Store): QueueDatabase {
  const outside = openDriver(store)
  const listeners: ((queue: string | undefined) => void)[] = []
  const tell = (queue?: string) => {
    for (const listener of listeners) listener(queue)
  }
  return {
    executeSql: (text, values) =>
      (store.inTransaction ? fromKysely(store.db) : outside).executeSql(text, values),
    listen: async (channel, onNotification, onReconnect) => {
      const handle = await outside.listen?.(
        channel,
        (queue) => {
          tell(queue)
          onNotification(queue)
        },
        () => {
          tell()
          onReconnect()
        },
      )
      if (handle === undefined) throw new Error('The driver has no LISTEN.')
      return handle
    },
    onJob: (listener) => {
      listeners.push(listener)
    },
  }
}

function openDriver({ driver, db }: Store): Db {
  if (driver.kind === 'pglite') return fromPglite(driver.pglite)
  const { pool } = driver
  return {
    executeSql: (text, values) => query(pool, text, values),
    listen: (channel, onNotification, onReconnect) => {
      // No parameter can stand for the name of a channel.
      const statement = sql`listen ${sql.id(channel)}`.compile(db).sql
      return listen(pool.options, { statement, onNotification, onReconnect })
    },
  }
}

/** Runs one or several statements. A connection on which they failed may be within a transaction, and is not used again. */
async function query(pool: PostgresPool, text: string, values: readonly unknown[] = []) {
  const client = await pool.connect()
  let failed = true
  try {
    const result = await client.query<unknown>(text, values)
    failed = false
    return result
  } finally {
    client.release(failed)
  }
}
