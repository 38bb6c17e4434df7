/** @module The table of Connect sessions: links that let one person give the values of one connection. */

import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the table. */
export const connectSessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('connect_session')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('link_hash', 'bytea', (column) => column.notNull())
      .addColumn('token_hash', 'bytea')
      .addColumn('settings', 'jsonb', (column) => column.notNull())
      .addColumn('draft', 'jsonb')
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('findings', 'jsonb')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .addColumn('ended_at', 'timestamptz')
      .execute()
  },
}
