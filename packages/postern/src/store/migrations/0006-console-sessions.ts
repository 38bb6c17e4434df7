/** @module The table of console sessions: browsers in which somebody has signed in. */

import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the table. */
export const consoleSessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('console_session')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('secret_hash', 'bytea', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text')
      .addColumn('ground_hash', 'bytea', (column) => column.notNull())
      .addColumn('rules', 'jsonb')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('used_at', 'timestamptz', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .addColumn('ended_at', 'timestamptz')
      .execute()
    await db.schema
      .createIndex('console_session_expires_at')
      .on('console_session')
      .column('expires_at')
      .execute()
  },
}
