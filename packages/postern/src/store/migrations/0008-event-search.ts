/** @module What the System Log is looked through by: columns and indexes of the events, and how many there are in each hour and day. */

import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Adds the columns, the indexes and the table of counts, and fills them from the events that are there. */
export const eventSearch: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await addIds(db)
    await addIndexes(db.withSchema('records'))
    await makeCounts(db)
  },
}

/**
 * The ids that events share. They are looked for in the text: as JSON it may say what no text of the database can hold, and
 * the migration would end there.
 */
async function addIds(db: Kysely<unknown>): Promise<void> {
  const { schema } = db.withSchema('records')
  for (const column of ['session_id', 'transaction_id']) {
    await schema.alterTable('event').addColumn(column, 'text').execute()
  }
  await sql`update records.event set
    session_id = nullif(substring(raw::text from
      '"externalSessionId"\\s*:\\s*"([^"\\\\]{1,255})"'), 'unknown'),
    transaction_id = nullif(substring(raw::text from
      '"transaction"\\s*:\\s*\\{[^{}]*"id"\\s*:\\s*"([^"\\\\]{1,255})"'), 'unknown')`.execute(db)
}

async function addIndexes(db: Kysely<unknown>): Promise<void> {
  for (const column of ['session_id', 'transaction_id', 'client_ip', 'outcome', 'severity']) {
    await db.schema
      .createIndex(`event_${column}`)
      .on('event')
      .columns(['connection_id', column, 'published'])
      .execute()
  }
}

async function makeCounts(db: Kysely<unknown>): Promise<void> {
  const { schema } = db.withSchema('records')
  await schema
    .createTable('event_count')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('grain', 'text', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('event_type', 'text', (column) => column.notNull())
    .addColumn('total', 'bigint', (column) => column.notNull())
    .addColumn('failures', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_count_pk', ['connection_id', 'grain', 'at', 'event_type'])
    .execute()
  await schema
    .createIndex('event_count_type')
    .on('event_count')
    .columns(['connection_id', 'grain', 'event_type', 'at'])
    .execute()
  await sql`create index event_count_empty on records.event_count (connection_id)
    where total <= 0`.execute(db)
  await sql`insert into records.event_count (connection_id, grain, at, event_type, total, failures)
    select connection_id, grain, date_trunc(grain, published, 'UTC'),
      case when part = 'all' then '' else event_type end, count(*),
      count(*) filter (where outcome in ('FAILURE', 'DENY'))
    from records.event cross join (values ('hour'), ('day')) as grains(grain)
      cross join (values ('all'), ('type')) as parts(part)
    where part = 'all' or event_type <> ''
    group by 1, 2, 3, 4`.execute(db)
  const { rows } = await sql`select from pg_roles where rolname = 'postern_reader'`.execute(db)
  if (rows.length > 0) await sql`grant select on records.event_count to postern_reader`.execute(db)
}
