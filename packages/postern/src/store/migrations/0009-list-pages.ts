/** @module What pages of access keys and of feeds are read by. */

import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the indexes. */
export const listPages: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createIndex('access_key_created')
      .on('access_key')
      .columns(['created_at', 'id'])
      .execute()
    await db.schema
      .createIndex('ledger_published')
      .on('ledger')
      .columns(['feed_id', 'last_published'])
      .execute()
    // The last run of each feed is asked for by both of its columns.
    await db.schema.dropIndex('run_feed').execute()
    await db.schema
      .createIndex('run_feed')
      .on('run')
      .columns(['feed_id', 'started_at', 'epoch'])
      .execute()
    await sql`create index run_failed on run (feed_id) where outcome = 'failed'`.execute(db)
  },
}
