/**
 * @module Tables of a PostgreSQL server: the events of the System Log, and how users, groups, apps, memberships and assignments are.
 *
 * Each row has Okta's own text in its column `json`, unchanged, and what people query by in columns of their own. The org is
 * part of every key, so that several orgs go into one schema. The row of an object that is gone is removed: a table is what
 * the org has. What was removed and when is told by the System Log, and by sinks that keep every change.
 */

import { Kysely, PostgresDialect } from 'kysely'
import { z } from 'zod'
import { openPool } from '../store/postgres-pool.ts'
import { createTables } from './postgres/create-tables.ts'
import { explainFailure, isOfRecord } from './postgres/failure.ts'
import type { Place } from './postgres/layout.ts'
import { moveOffset } from './postgres/offset.ts'
import { writeTaken } from './postgres/refused.ts'
import { type BatchRows, toRows } from './postgres/rows.ts'
import { type RowsPlace, writeRows } from './postgres/write-rows.ts'
import type {
  RejectedRecord,
  Sink,
  SinkBatch,
  SinkContext,
  SinkKind,
  WriteOptions,
  Written,
} from './sink.ts'
import { SinkError } from './sink-error.ts'

const MAX_CONNECTIONS = 2

// PostgreSQL cuts names at 63 bytes; those of indexes have the name of a table and a column behind the prefix.
const name = /^[a-z_][a-z0-9_]{0,62}$/
const prefix = /^(?:[a-z_][a-z0-9_]{0,23})?$/

const settings = z.object({
  schema: z
    .string()
    .regex(name, 'Lower-case letters, digits and _; 63 at most.')
    .default('okta')
    .describe('The schema of the tables. It is made where it is missing.'),
  tablePrefix: z
    .string()
    .regex(prefix, 'Lower-case letters, digits and _; 24 at most.')
    .default('')
    .describe('What the names of the tables begin with.'),
})

type PostgresSettings = z.output<typeof settings>

/** Tables that always are what the org is. */
export const postgres: SinkKind<typeof settings> = {
  name: 'postgres',
  title: 'PostgreSQL',
  summary: 'Keeps events, users, groups, apps and assignments in tables, each record once.',
  guarantee: 'effectively-once',
  settings,
  secrets: {
    url: { required: true, summary: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE' },
  },
  open: async (context) => new PostgresSink(context),
  check: async (context, signal) => {
    const sink = new PostgresSink(context)
    try {
      signal?.throwIfAborted()
      await sink.prove()
    } finally {
      await sink.close()
    }
  },
}

class PostgresSink implements Sink {
  readonly #db: Kysely<unknown>
  readonly #place: Place
  #areTablesThere = false

  constructor(context: SinkContext<PostgresSettings>) {
    const { schema, tablePrefix } = context.settings
    this.#place = { schema, prefix: tablePrefix }
    this.#db = openDatabase(context, this.#place)
  }

  async write(batch: SinkBatch, options: WriteOptions): Promise<Written> {
    options.signal?.throwIfAborted()
    const isFirst = options.position === undefined
    const rows = toRows(batch)
    try {
      await this.#createTables()
      options.signal?.throwIfAborted()
      const refused = await this.#writeAll(batch, { isFirst, rows })
      return { position: { seq: batch.seq }, rejected: [...rows.rejected, ...refused] }
    } catch (error) {
      // They may be gone.
      this.#areTablesThere = false
      throw explainFailure(error, this.#place)
    }
  }

  async close(): Promise<void> {
    await this.#db.destroy()
  }

  /** Makes the tables where they are missing, and a row, and takes all of it back. @throws {SinkError} */
  async prove(): Promise<void> {
    try {
      await this.#db.transaction().execute(async (trx) => {
        await createTables(trx, this.#place)
        await moveOffset(trx, this.#place, PROBE, { isFirst: true })
        throw new TakenBack()
      })
    } catch (error) {
      if (!(error instanceof TakenBack)) throw explainFailure(error, this.#place)
    }
  }

  async #createTables(): Promise<void> {
    if (this.#areTablesThere) return
    await createTables(this.#db, this.#place)
    this.#areTablesThere = true
  }

  /** Writes all or nothing; where the server does not take some record, all but that. */
  async #writeAll(
    batch: SinkBatch,
    { isFirst, rows }: { readonly isFirst: boolean; readonly rows: BatchRows },
  ): Promise<readonly RejectedRecord[]> {
    const inTransaction = <Result>(write: (to: RowsPlace) => Promise<Result>) =>
      this.#db.transaction().execute(async (trx) => {
        await moveOffset(trx, this.#place, batch, { isFirst })
        return write({ db: trx, place: this.#place, org: batch.org })
      })
    try {
      await inTransaction(async (to) => {
        for (const table of rows.tables) await writeRows(to, table)
      })
      return []
    } catch (error) {
      if (!isOfRecord(error)) throw error
      return inTransaction((to) => writeTaken(to, rows.tables))
    }
  }
}

/** What a check writes, and takes back. */
const PROBE: SinkBatch = {
  feed: { id: 'check', name: 'check' },
  connection: '',
  org: '',
  input: 'system-log',
  seq: 1,
  id: '',
  readAt: new Date(0),
  replay: false,
  records: [],
}

function openDatabase({ secrets }: SinkContext<PostgresSettings>, place: Place): Kysely<unknown> {
  const { url } = secrets
  if (url === undefined) {
    throw new SinkError('sink_settings_invalid', 'The sink has no URL of a database.', {
      remedy: 'Give it the secret url: postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    })
  }
  try {
    const { pool } = openPool(url, { max: MAX_CONNECTIONS })
    return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  } catch (error) {
    throw explainFailure(error, place)
  }
}

/** What ends a transaction whose work was only to be tried. */
class TakenBack extends Error {}
