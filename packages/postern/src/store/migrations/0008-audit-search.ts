/** @module What the audit log is looked through by. */

import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Makes the indexes. */
export const auditSearch: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const column of ['connection', 'actor', 'action', 'target', 'outcome']) {
      const index = db.schema.createIndex(`audit_${column}`).on('audit')
      await index.columns([column, 'seq']).execute()
    }
    await db.schema.createIndex('audit_at').on('audit').column('at').execute()
  },
}
