/** @module The tables of feeds: what is read, how far, what waits for its sinks, and what a copy of an org looks like. */

import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the tables of feeds. */
export const feeds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createDeclared(db)
    await createProgress(db)
    await createMirror(db)
    await createHistory(db)
  },
}

/** What people declare. */
async function createDeclared(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sink')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('settings', 'jsonb', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('feed')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('input', 'text', (column) => column.notNull())
    .addColumn('settings', 'jsonb', (column) => column.notNull())
    .addColumn('cron', 'text')
    .addColumn('timezone', 'text', (column) => column.notNull())
    .addColumn('missed', 'text', (column) => column.notNull())
    .addColumn('paused_at', 'timestamptz')
    .addColumn('next_run_at', 'timestamptz')
    .addColumn('held', 'jsonb')
    .addColumn('resync_at', 'timestamptz')
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('feed_connection').on('feed').column('connection_id').execute()
  await db.schema.createIndex('feed_next_run').on('feed').column('next_run_at').execute()
}

/** How far everything got. */
async function createProgress(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('feed_state')
    .addColumn('feed_id', 'text', (column) => column.primaryKey())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('spool_records', 'bigint', (column) => column.notNull())
    .addColumn('spool_bytes', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('feed_stream')
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('state', 'jsonb', (column) => column.notNull())
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('feed_stream_pk', ['feed_id', 'name'])
    .execute()
  await db.schema
    .createTable('spool')
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('records', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('body', 'bytea', (column) => column.notNull())
    .addColumn('read_at', 'timestamptz', (column) => column.notNull())
    .addColumn('replay', 'boolean', (column) => column.notNull())
    .addPrimaryKeyConstraint('spool_pk', ['feed_id', 'seq'])
    .execute()
  await db.schema
    .createTable('feed_sink')
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('sink_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('position', 'jsonb')
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('failing_since', 'timestamptz')
    .addColumn('retry_at', 'timestamptz')
    .addColumn('error', 'jsonb')
    .addColumn('confirmed_at', 'timestamptz')
    .addPrimaryKeyConstraint('feed_sink_pk', ['feed_id', 'sink_id'])
    .execute()
}

/** What an org looked like when it was last seen. */
async function createMirror(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mirror')
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('parent', 'text')
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('last_updated', 'timestamptz')
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'timestamptz', (column) => column.notNull())
    .addColumn('first_seen_at', 'timestamptz', (column) => column.notNull())
    .addColumn('deleted_at', 'timestamptz')
    .addPrimaryKeyConstraint('mirror_pk', ['feed_id', 'kind', 'id'])
    .execute()
  await db.schema
    .createIndex('mirror_parent')
    .on('mirror')
    .columns(['feed_id', 'kind', 'parent'])
    .execute()
  await db.schema
    .createIndex('mirror_generation')
    .on('mirror')
    .columns(['feed_id', 'generation'])
    .execute()
  await db.schema
    .createTable('reread')
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('due_at', 'timestamptz', (column) => column.notNull())
    .addColumn('again_at', 'timestamptz')
    .addPrimaryKeyConstraint('reread_pk', ['feed_id', 'kind', 'id'])
    .execute()
}

/** What happened, and what did not. */
async function createHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('trigger', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'timestamptz', (column) => column.notNull())
    .addColumn('ended_at', 'timestamptz')
    .addColumn('outcome', 'text')
    .addColumn('report', 'jsonb', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('run_feed').on('run').columns(['feed_id', 'started_at']).execute()
  await db.schema
    .createTable('ledger')
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('ids', 'bytea', (column) => column.notNull())
    .addColumn('first_published', 'timestamptz')
    .addColumn('last_published', 'timestamptz')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint('ledger_pk', ['feed_id', 'seq'])
    .execute()
  await db.schema
    .createTable('gap')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('from_at', 'timestamptz')
    .addColumn('to_at', 'timestamptz', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('gap_feed').on('gap').column('feed_id').execute()
  await db.schema
    .createTable('dead_letter')
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('sink_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('index', 'integer', (column) => column.notNull())
    .addColumn('record', 'bytea', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('dead_letter_pk', ['feed_id', 'sink_id', 'seq', 'index'])
    .execute()
}
