/** @module A database that refuses rows of the audit log, until it takes them again. */

import { sql } from 'kysely'
import type { Store } from '../../src/store/store.ts'

/** The database refuses rows: by its rights where it has them, else by a rule of the table. */
export async function refuseRows({ kind, db }: Store): Promise<void> {
  if (kind === 'postgres') await sql`revoke insert on audit from current_user`.execute(db)
  else await sql`alter table audit add constraint "full" check (seq < 0) not valid`.execute(db)
}

/** It takes them again. */
export async function takeRows({ kind, db }: Store): Promise<void> {
  if (kind === 'postgres') await sql`grant insert on audit to current_user`.execute(db)
  else await sql`alter table audit drop constraint "full"`.execute(db)
}
