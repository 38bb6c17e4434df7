/** @module Brings the tables of a store to the newest version. Several processes that start at once wait for each other. */

import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from './migrations/registry.ts'
import type { Schema } from './schema.ts'

/** @throws whatever the migration that failed threw; it left nothing behind. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
