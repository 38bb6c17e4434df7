/** @module Which records a server does not take: found by halves, while the others are written. */

import { sql } from 'kysely'
import { sqlStateOf } from '../../store/sql-state.ts'
import type { RejectedRecord } from '../sink.ts'
import { isOfRecord } from './failure.ts'
import type { Row, TableRows } from './rows.ts'
import { type RowsPlace, writeRows } from './write-rows.ts'

/** Writes every row that the server takes, and names the records of the others. */
export async function writeTaken(
  to: RowsPlace,
  tables: readonly TableRows[],
): Promise<readonly RejectedRecord[]> {
  const refused: RejectedRecord[] = []
  for (const rows of tables) {
    await writeRows(to, { ...rows, upserts: [] })
    refused.push(...(await writeHalves(to, rows, rows.upserts)))
  }
  return refused
}

async function writeHalves(
  to: RowsPlace,
  rows: TableRows,
  upserts: readonly Row[],
): Promise<readonly RejectedRecord[]> {
  const failure = await tryRows(to, { ...rows, upserts, deletes: [] })
  if (failure === undefined) return []
  const [row] = upserts
  if (upserts.length === 1 && row !== undefined) {
    const reason = `PostgreSQL does not take it (${failure}).`
    return [{ index: row.index, code: 'sink_record_refused', reason }]
  }
  const middle = Math.ceil(upserts.length / 2)
  return [
    ...(await writeHalves(to, rows, upserts.slice(0, middle))),
    ...(await writeHalves(to, rows, upserts.slice(middle))),
  ]
}

/** The SQLSTATE where a record among the rows is the reason that none was written; else they are. */
async function tryRows(to: RowsPlace, rows: TableRows): Promise<string | undefined> {
  await sql`savepoint rows`.execute(to.db)
  try {
    await writeRows(to, rows)
    await sql`release savepoint rows`.execute(to.db)
    return undefined
  } catch (error) {
    if (!isOfRecord(error)) throw error
    await sql`rollback to savepoint rows`.execute(to.db)
    await sql`release savepoint rows`.execute(to.db)
    return sqlStateOf(error)
  }
}
