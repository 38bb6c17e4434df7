/** @module When a connection was used last. */

import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Adds the column. */
export const lastUse: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('connection').addColumn('last_used_at', 'timestamptz').execute()
  },
}
