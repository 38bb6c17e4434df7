/** @module The records that Postern keeps itself, in a schema apart from everything that is sealed, with a role that reads them alone. */

import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the tables of records. */
export const records: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createSchema(db)
    await createEvents(db.withSchema('records'))
    await createCounts(db.withSchema('records'))
    await createObjects(db.withSchema('records'))
    await createReader(db)
  },
}

/** Whoever may not make schemas finds one that was made for them. */
async function createSchema(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`select from pg_namespace where nspname = 'records'`.execute(db)
  if (rows.length === 0) await sql`create schema records`.execute(db)
}

async function createEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('event')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('uuid', 'text', (column) => column.notNull())
    .addColumn('published', 'timestamptz', (column) => column.notNull())
    .addColumn('event_type', 'text')
    .addColumn('severity', 'text')
    .addColumn('outcome', 'text')
    .addColumn('actor_id', 'text')
    .addColumn('actor_login', 'text')
    .addColumn('client_ip', 'text')
    .addColumn('session_id', 'text')
    .addColumn('transaction_id', 'text')
    .addColumn('target_ids', sql`text[]`, (column) => column.notNull())
    .addColumn('raw', 'json', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_pk', ['connection_id', 'uuid'])
    .execute()
  for (const column of [
    'event_type',
    'actor_id',
    'actor_login',
    'client_ip',
    'session_id',
    'transaction_id',
    'outcome',
    'severity',
  ]) {
    await db.schema
      .createIndex(`event_${column}`)
      .on('event')
      .columns(['connection_id', column, 'published'])
      .execute()
  }
  await db.schema
    .createIndex('event_published')
    .on('event')
    .columns(['connection_id', 'published', 'uuid'])
    .execute()
  await db.schema
    .createIndex('event_target')
    .on('event')
    .using('gin')
    .column('target_ids')
    .execute()
}

/** How many events there are in each hour and day, of all types and of each. */
async function createCounts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('event_count')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('grain', 'text', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('event_type', 'text', (column) => column.notNull())
    .addColumn('total', 'bigint', (column) => column.notNull())
    .addColumn('failures', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_count_pk', ['connection_id', 'grain', 'at', 'event_type'])
    .execute()
  await db.schema
    .createIndex('event_count_type')
    .on('event_count')
    .columns(['connection_id', 'grain', 'event_type', 'at'])
    .execute()
  await sql`create index event_count_empty on records.event_count (connection_id)
    where total <= 0`.execute(db)
}

async function createObjects(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('object')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('feed_id', 'text', (column) => column.notNull())
    .addColumn('parent', 'text')
    .addColumn('child', 'text')
    .addColumn('status', 'text')
    .addColumn('label', 'text')
    .addColumn('login', 'text')
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('observed_at', 'timestamptz', (column) => column.notNull())
    .addColumn('raw', 'json', (column) => column.notNull())
    .addPrimaryKeyConstraint('object_pk', ['connection_id', 'kind', 'id'])
    .execute()
  for (const column of ['parent', 'child', 'login']) {
    await db.schema
      .createIndex(`object_${column}`)
      .on('object')
      .columns(['connection_id', 'kind', column])
      .execute()
  }
}

/**
 * A role that sees records and nothing else. Where the user may not make roles, an administrator may make it later, with the
 * same statements; reading goes on without it until then.
 */
async function createReader(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ present: boolean; may_create: boolean }>`
    select exists (select from pg_roles where rolname = 'postern_reader') as present,
      rolsuper or rolcreaterole as may_create
    from pg_roles where rolname = current_user`.execute(db)
  const { present = false, may_create: mayCreate = false } = rows[0] ?? {}
  if (!present && !mayCreate) return
  if (!present) {
    await sql`create role postern_reader nologin`.execute(db)
    await sql`grant postern_reader to current_user`.execute(db)
  }
  await sql`grant usage on schema records to postern_reader`.execute(db)
  await sql`grant select on all tables in schema records to postern_reader`.execute(db)
}
