/** @module A sink in use that writes to PostgreSQL: makes what is missing, and writes each batch in a transaction. */

import type { Secret } from '@postern/core'
import { Kysely, PostgresDialect } from 'kysely'
import { openPool } from '../../store/postgres-pool.ts'
import type { RejectedRecord, Sink, SinkBatch, WriteOptions, Written } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import { createTables } from './create-tables.ts'
import { explainFailure, isOfRecord } from './failure.ts'
import type { Place } from './layout.ts'
import { moveOffset } from './offset.ts'
import { writeTaken } from './refused.ts'
import { type BatchRows, toRows } from './rows.ts'
import { type RowsPlace, writeRows } from './write-rows.ts'

const MAX_CONNECTIONS = 2

/** Writes batches of one feed. */
export class PostgresSink implements Sink {
  readonly #db: Kysely<unknown>
  readonly #place: Place
  #areTablesThere = false

  /** @throws {SinkError} `sink_settings_invalid` for a URL that is missing, or cannot be used. */
  constructor(url: Secret | undefined, place: Place) {
    this.#place = place
    this.#db = openDatabase(url, place)
  }

  async write(batch: SinkBatch, options: WriteOptions): Promise<Written> {
    options.signal?.throwIfAborted()
    const { isBeside = false } = options
    const isFirst = options.position === undefined
    const rows = toRows(batch)
    try {
      await this.#createTables()
      options.signal?.throwIfAborted()
      const refused = await this.#writeAll(batch, { isBeside, isFirst, rows })
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
    {
      isBeside,
      isFirst,
      rows,
    }: { readonly isBeside: boolean; readonly isFirst: boolean; readonly rows: BatchRows },
  ): Promise<readonly RejectedRecord[]> {
    const inTransaction = <Result>(write: (to: RowsPlace) => Promise<Result>) =>
      this.#db.transaction().execute(async (trx) => {
        if (!isBeside) await moveOffset(trx, this.#place, batch, { isFirst })
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

function openDatabase(url: Secret | undefined, place: Place): Kysely<unknown> {
  if (url === undefined) {
    throw new SinkError('sink_settings_invalid', 'The sink has no URL of a database.', {
      remedy: 'Give it the secret url: postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    })
  }
  try {
    const { pool } = openPool(url, { max: MAX_CONNECTIONS, prepares: false })
    return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  } catch (error) {
    throw explainFailure(error, place)
  }
}

/** What ends a transaction whose work was only to be tried. */
class TakenBack extends Error {}
