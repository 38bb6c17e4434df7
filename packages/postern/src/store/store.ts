/** @module The store: where everything is kept, on either kind of database. */

import { AsyncLocalStorage } from 'node:async_hooks'
import { randomInt } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import { systemClock } from '@postern/core'
import { type Kysely, type PostgresPool, sql, type Transaction } from 'kysely'
import type { Schema } from './schema.ts'
import { isGivenWay } from './sql-state.ts'

/** Which database it is. */
export type StoreKind = StoreDriver['kind']

/** What a store speaks to its database through, for a library that keeps tables of its own beside ours. */
export type StoreDriver =
  | { readonly kind: 'pglite'; readonly pglite: PGlite }
  | { readonly kind: 'postgres'; readonly pool: PostgresPool }

/** What an opener gives to make a {@link Store} of. */
export interface StoreParts {
  readonly driver: StoreDriver
  readonly root: Kysely<Schema>
  /** Frees what the opener took: the lock, the pool. Called after the database is closed. */
  readonly release?: () => Promise<void>
  /** How often this process brought something to the disk; absent where a server does that. */
  readonly countSyncs?: () => number
  /** See {@link Store.lost}. */
  readonly lost?: AbortSignal
}

const MAX_ATTEMPTS = 5
const MAX_PAUSE_MS = 50

interface Setting {
  readonly name: string
  readonly value: string
}

interface OpenTransaction {
  readonly trx: Transaction<Schema>
  open: boolean
}

/**
 * An open database. Its tables are read and written by the functions of the files beside this one, which are given the
 * store and use {@link Store.db}.
 */
export class Store {
  /** What runs outside of every transaction of the store. An embedded one keeps it waiting while there is one. */
  readonly driver: StoreDriver
  /** Aborts when this process can do nothing more with the store: its reason, a StoreError, refuses whatever is asked from then on. */
  readonly lost: AbortSignal
  readonly #root: Kysely<Schema>
  readonly #release: (() => Promise<void>) | undefined
  readonly #countSyncs: (() => number) | undefined
  #reading: Promise<readonly Setting[]> | undefined
  readonly #current = new AsyncLocalStorage<OpenTransaction>()

  constructor({ driver, root, release, countSyncs, lost }: StoreParts) {
    this.driver = driver
    this.lost = lost ?? new AbortController().signal
    this.#root = root
    this.#release = release
    this.#countSyncs = countSyncs
  }

  get kind(): StoreKind {
    return this.driver.kind
  }

  /** How often this process called `fsync` for the store; undefined where a server does that. */
  get syncs(): number | undefined {
    return this.#countSyncs?.()
  }

  /** The transaction that the caller runs in, or the database. An embedded one would wait for itself for ever otherwise. */
  get db(): Kysely<Schema> {
    const current = this.#current.getStore()
    return current?.open ? current.trx : this.#root
  }

  /** Whether the caller runs in a transaction. */
  get inTransaction(): boolean {
    return this.#current.getStore()?.open ?? false
  }

  /**
   * Runs `work` in one transaction; inside another one, as part of that. Nothing but the store is waited for in it: an
   * embedded database has one connection, and everybody else waits.
   *
   * `work` is run again, from its beginning, where the database ended it for the sake of another transaction, or
   * refused a statement as prepared.
   */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.inTransaction) return work()
    return whileGivingWay(() => this.#root.transaction().execute((trx) => this.#within(trx, work)))
  }

  /**
   * Runs `work` on the store as it is at one moment, whatever is written meanwhile. `work` only reads, and is run again as that of
   * a transaction is.
   *
   * @param mayRepeat - whether it may be run again; asked when it failed.
   */
  async snapshot<Result>(
    work: () => Promise<Result>,
    mayRepeat: () => boolean = () => true,
  ): Promise<Result> {
    return whileGivingWay(
      () =>
        this.#root
          .transaction()
          .setIsolationLevel('repeatable read')
          .execute((trx) => this.#within(trx, work)),
      mayRepeat,
    )
  }

  /**
   * Runs `work` on the records as they are at one moment, where it can change nothing, and sees nothing but records where the
   * role `postern_reader` is there. It is run again as that of a transaction is. Never in a transaction: an embedded store
   * would wait for itself.
   */
  async readRecords<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.inTransaction) throw new Error('Records are not read in a transaction.')
    return whileGivingWay(() =>
      this.#root
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (trx) => {
          await sql`select set_config(name, value, true)
            from jsonb_to_recordset(${JSON.stringify(await this.#findReading(trx))}::jsonb)
              as setting(name text, value text)`.execute(trx)
          return this.#within(trx, work)
        }),
    )
  }

  /**
   * What holds while records are read: the role, where there is one that this user may take on, and that rows are looked for by an
   * index, in its order, wherever one leads to them. What a database believes of tables that grow is behind, and an embedded one
   * knows nothing of them. Asked once; an administrator who makes the role starts Postern anew.
   */
  #findReading(trx: Transaction<Schema>): Promise<readonly Setting[]> {
    this.#reading ??= sql<Setting>`
      select 'role' as name, rolname::text as value from pg_roles where rolname = 'postern_reader'
        and pg_has_role(current_user, oid, 'MEMBER')
        and has_schema_privilege(oid, 'records', 'USAGE')
        and has_table_privilege(oid, 'records.event', 'SELECT')
        and has_table_privilege(oid, 'records.event_count', 'SELECT')
        and has_table_privilege(oid, 'records.object', 'SELECT')
      union all
      select name, 'off' from pg_settings where name in ('enable_seqscan', 'enable_sort')`
      .execute(trx)
      .then(({ rows }) => rows)
      .catch((error: unknown) => {
        this.#reading = undefined
        throw error
      })
    return this.#reading
  }

  async #within<Result>(trx: Transaction<Schema>, work: () => Promise<Result>): Promise<Result> {
    const current: OpenTransaction = { trx, open: true }
    try {
      return await this.#current.run(current, work)
    } finally {
      current.open = false
    }
  }

  async close(): Promise<void> {
    await this.#root.destroy()
    await this.#release?.()
  }
}

/** Runs a transaction, and again where the database ended it for the sake of another one or refused a prepared statement. */
async function whileGivingWay<Result>(
  run: () => Promise<Result>,
  mayRepeat: () => boolean = () => true,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isGivenWay(error) || !mayRepeat()) throw error
      await systemClock.sleep(randomInt(MAX_PAUSE_MS) * attempt)
    }
  }
}
