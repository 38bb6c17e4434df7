/** @module Finds the runs that began or ended a moment ago, for whoever watches. */

import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the indexes. */
export const runTimes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.createIndex('run_started_at').on('run').column('started_at').execute()
    await db.schema.createIndex('run_ended_at').on('run').column('ended_at').execute()
  },
}
