/** @module The tables of actions: plans, answers kept for those who ask again, standing approvals and declared actions. */

import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the tables. */
export const actions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('plan')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('requested_by', 'text', (column) => column.notNull())
      .addColumn('code_hash', 'bytea', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('decided_by', 'text')
      .addColumn('decided_at', 'timestamptz')
      .addColumn('applied_at', 'timestamptz')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('plan_created').on('plan').column('created_at').execute()
    await db.schema
      .createTable('action_run')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('request_hash', 'bytea', (column) => column.notNull())
      .addColumn('ended_at', 'timestamptz')
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('action_run_expires')
      .on('action_run')
      .column('expires_at')
      .execute()
    await db.schema
      .createTable('standing_approval')
      .addColumn('connection_id', 'text', (column) => column.primaryKey())
      .addColumn('approvals', 'jsonb', (column) => column.notNull())
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('declared_action')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('declaration', 'jsonb', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute()
  },
}
