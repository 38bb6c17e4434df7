/** @module The store: where everything is kept, on either kind of database. */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Which database it is. */
export type StoreKind = 'pglite' | 'postgres'

/** What an opener gives to make a {@link Store} of. */
export interface StoreParts {
  readonly kind: StoreKind
  readonly root: Kysely<Schema>
  /** Frees what the opener took: the lock, the pool. Called after the database is closed. */
  readonly release?: () => Promise<void>
  /** How often this process brought something to the disk; absent where a server does that. */
  readonly countSyncs?: () => number
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
  readonly kind: StoreKind
  readonly #root: Kysely<Schema>
  readonly #release: (() => Promise<void>) | undefined
  readonly #countSyncs: (() => number) | undefined
  readonly #current = new AsyncLocalStorage<OpenTransaction>()

  constructor({ kind, root, release, countSyncs }: StoreParts) {
    this.kind = kind
    this.#root = root
    this.#release = release
    this.#countSyncs = countSyncs
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
   */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#current.getStore()?.open) return work()
    return this.#root.transaction().execute(async (trx) => {
      const current: OpenTransaction = { trx, open: true }
      try {
        return await this.#current.run(current, work)
      } finally {
        current.open = false
      }
    })
  }

  async close(): Promise<void> {
    await this.#root.destroy()
    await this.#release?.()
  }
}
