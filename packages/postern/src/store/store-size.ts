/** @module How large the store is, and when it was backed up. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** A table with its indexes. */
export interface TableSize {
  readonly name: string
  readonly bytes: number
  /** As the database estimates; absent where it never counted. */
  readonly rows?: number
}

/** How large everything is. */
export interface StoreSize {
  readonly bytes: number
  /** Those of Postern, the largest first. */
  readonly tables: readonly TableSize[]
}

/** Asks the database. */
export async function readStoreSize({ db }: Store): Promise<StoreSize> {
  const { rows: all } = await sql<{ bytes: string | number }>`
    select pg_database_size(current_database()) as bytes`.execute(db)
  const { rows } = await sql<{ name: string; bytes: string | number; rows: number }>`
    select case when nspname = 'records' then 'records.' || relname else relname end as name,
      pg_total_relation_size(pg_class.oid) as bytes, reltuples::float8 as rows
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and nspname in (current_schema(), 'records')
    order by 2 desc, 1`.execute(db)
  return {
    bytes: Number(all[0]?.bytes),
    tables: rows.map(({ name, bytes, rows: estimate }) => ({
      name,
      bytes: Number(bytes),
      ...(estimate < 0 ? {} : { rows: estimate }),
    })),
  }
}

/** When the last backup was written; undefined where none was. */
export async function readLastBackup({ db }: Store): Promise<Date | undefined> {
  const row = await db
    .selectFrom('audit')
    .select('at')
    .where('action', '=', 'backup.write')
    .where('outcome', '=', 'ok')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.at
}
