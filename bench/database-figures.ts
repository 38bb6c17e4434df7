/** @module What a PostgreSQL server has written, and how large its tables are. */

import { sql } from 'kysely'
import type { Store } from '../packages/postern/src/store/store.ts'

/** Counted by the server since it was started. */
export interface Written {
  readonly rows: number
  readonly transactions: number
  /** Of its journal. */
  readonly journalBytes: number
}

/** A table with its indexes. */
export interface TableFigures {
  readonly name: string
  readonly rows: number
  readonly bytesPerRow: number
}

/** What was written so far. The server counts rows and transactions about a second later. */
export async function readWritten({ db }: Store): Promise<Written> {
  const { rows } = await sql<Written>`
    select (select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables)::float8 as rows,
      (select xact_commit from pg_stat_database where datname = current_database())::float8 as transactions,
      pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as "journalBytes"`.execute(db)
  return rows[0] ?? { rows: 0, transactions: 0, journalBytes: 0 }
}

/** The tables that have rows enough to tell what one takes, the largest rows first. */
export async function readTables({ db }: Store, atLeast: number): Promise<readonly TableFigures[]> {
  await sql`analyze`.execute(db)
  const { rows } = await sql<TableFigures>`
    select relname as name, reltuples::float8 as rows,
      pg_total_relation_size(pg_class.oid)::float8 / reltuples as "bytesPerRow"
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and reltuples >= ${atLeast}
      and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    order by 3 desc`.execute(db)
  return rows
}
