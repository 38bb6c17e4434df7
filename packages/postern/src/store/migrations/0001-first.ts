/** @module The first tables. Types and statements are those that PostgreSQL, CockroachDB, YugabyteDB and Citus share. */

import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the first tables. */
export const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('connection')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('description', 'text')
      .addColumn('org_url', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text')
      .addColumn('settings', 'jsonb', (column) => column.notNull())
      .addColumn('credential_since', 'timestamptz', (column) => column.notNull())
      .addColumn('doctor', 'jsonb')
      .addColumn('rotation_interval_days', 'integer')
      .addColumn('next_rotation_at', 'timestamptz')
      .addColumn('revision', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('secret')
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('key_version', 'integer', (column) => column.notNull())
      .addColumn('wrapped_key', 'bytea', (column) => column.notNull())
      .addColumn('sealed', 'bytea', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addPrimaryKeyConstraint('secret_pk', ['connection_id', 'kind', 'label'])
      .execute()
    await db.schema.createIndex('secret_key_version').on('secret').column('key_version').execute()
    await db.schema
      .createTable('master_key')
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .addColumn('check_wrapped', 'bytea', (column) => column.notNull())
      .addColumn('check_hash', 'bytea', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('retired_at', 'timestamptz')
      .execute()
    await db.schema
      .createTable('access_key')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('secret_hash', 'bytea', (column) => column.notNull())
      .addColumn('previous_hash', 'bytea')
      .addColumn('previous_until', 'timestamptz')
      .addColumn('rules', 'jsonb', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz')
      .addColumn('last_used_at', 'timestamptz')
      .addColumn('revoked_at', 'timestamptz')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await createAudit(db)
    await db.schema
      .createTable('domain')
      .addColumn('host', 'text', (column) => column.primaryKey())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('rotation')
      .addColumn('connection_id', 'text', (column) => column.primaryKey())
      .addColumn('state', 'jsonb', (column) => column.notNull())
      .addColumn('due_at', 'timestamptz')
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('setup')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('state', 'jsonb', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('key_draft')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('public_jwk', 'jsonb', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('lease')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('holder', 'text', (column) => column.notNull())
      .addColumn('until', 'timestamptz', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('connection_use')
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('process_id', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
      .addPrimaryKeyConstraint('connection_use_pk', ['connection_id', 'process_id'])
      .execute()
    await db.schema
      .createTable('declared_key')
      .addColumn('connection_id', 'text', (column) => column.primaryKey())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .execute()
  },
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('seq', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('connection', 'text')
    .addColumn('target', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'bytea', (column) => column.notNull())
    .addColumn('hash', 'bytea', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'bytea', (column) => column.notNull())
    .execute()
  // Rows are added and never changed. An owner can give itself the right back, an embedded superuser needs none; a mistake cannot.
  await sql`revoke ${await changingPrivileges(db)} on audit from current_user`.execute(db)
  await sql`insert into audit_head (id, seq, hash) values (1, 0, ${new Uint8Array(32)})`.execute(db)
}

/**
 * The privileges to change rows. Asked for by name, and not tried: a statement that is refused ends the transaction.
 *
 * @see CockroachDB, "Privileges" - it has none of the name TRUNCATE
 */
async function changingPrivileges(db: Kysely<unknown>) {
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(db)
  const isPostgres = rows[0]?.version.startsWith('PostgreSQL ')
  return isPostgres ? sql`update, delete, truncate` : sql`update, delete`
}
