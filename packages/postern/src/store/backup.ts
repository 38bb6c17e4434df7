/** @module Writes everything that is kept into one file, as it was at one moment. Secrets stay sealed; the master key is not among it. */

import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Kysely, sql } from 'kysely'
import { appendAudit, type Caller } from './audit.ts'
import { type BackupEnd, type BackupHeader, backupFormat, startSum } from './backup-format.ts'
import { type BackupTable, listTables } from './backup-tables.ts'
import { readMigrations } from './migrate.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/** Options of {@link writeBackup}. */
export interface WriteBackupOptions {
  readonly by: Caller
  readonly now?: Date
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a backup to `output`, and ends it. The audit log has it first, so that the backup has it too.
 *
 * All of it is read in one transaction, during which an embedded store answers nobody else: `output` is a file, or as fast
 * as one.
 *
 * @returns how many rows of each table there are.
 */
export async function writeBackup(
  store: Store,
  output: Writable,
  { by, now = new Date(), signal }: WriteBackupOptions,
): Promise<BackupEnd['rows']> {
  await appendAudit(store, { ...by, action: 'backup.write', outcome: 'ok' }, now)
  const counts: Record<string, number> = {}
  let isBegun = false
  const write = async () => {
    // Taken here: a stream asks for its next part from wherever it likes.
    const { db } = store
    const tables = await listTables(db)
    isBegun = true
    const lines = Readable.from(linesOf(db, { tables, counts, now }))
    await pipeline(lines, createGzip(), output, signal === undefined ? {} : { signal })
  }
  await store.snapshot(write, () => !isBegun)
  return counts
}

async function* linesOf(
  db: Kysely<Schema>,
  {
    tables,
    counts,
    now,
  }: {
    readonly tables: readonly BackupTable[]
    readonly counts: Record<string, number>
    readonly now: Date
  },
): AsyncGenerator<string> {
  const sum = startSum()
  const hashed = (content: unknown): string => {
    const line = `${JSON.stringify(content)}\n`
    sum.update(line)
    return line
  }
  const header: BackupHeader = {
    postern: 'backup',
    format: backupFormat,
    writtenAt: now.toISOString(),
    migrations: await readMigrations(db),
    tables: Object.fromEntries(
      tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
    ),
  }
  yield hashed(header)
  for (const table of tables) {
    counts[table.name] = 0
    for await (const values of rowsOf(db, table)) {
      counts[table.name] = (counts[table.name] ?? 0) + 1
      yield hashed([table.name, ...values])
    }
  }
  const end: BackupEnd = { rows: counts, sha256: sum.digest('hex') }
  yield `${JSON.stringify(end)}\n`
}

/** The rows of a table, every column as text: what the database writes it reads again, whichever kind it is. */
async function* rowsOf(
  db: Kysely<Schema>,
  { name, columns }: BackupTable,
): AsyncGenerator<readonly (string | null)[]> {
  const texts = columns.map((column) => sql`${sql.ref(column.name)}::text`)
  await sql`declare backup_rows cursor for
    select json_build_array(${sql.join(texts)}) as row from ${sql.table(name)}`.execute(db)
  for (;;) {
    const { rows } = await sql<{ row: readonly (string | null)[] }>`
      fetch 500 from backup_rows`.execute(db)
    for (const { row } of rows) yield row
    if (rows.length === 0) break
  }
  await sql`close backup_rows`.execute(db)
}
