/** @module PGlite that is left alone once its journal could not be written: a call after that never returns. */

import { PGlite, type PGliteOptions, type Transaction } from '@electric-sql/pglite'
import type { SyncedNodeFs } from './synced-node-fs.ts'

/** PGlite that refuses everything at once when its files are lost, with the reason of {@link SyncedNodeFs.lost}. */
export class GuardedPglite extends PGlite {
  /** Of its files. */
  readonly lost: AbortSignal

  constructor(options: PGliteOptions & { readonly fs: SyncedNodeFs }) {
    super(options)
    this.lost = options.fs.lost
  }

  /** Whatever is asked comes through here: queries, and the beginning and the end of transactions. */
  override execProtocolRawSync(message: Uint8Array): Uint8Array {
    this.lost.throwIfAborted()
    const answer = super.execProtocolRawSync(message)
    this.lost.throwIfAborted()
    return answer
  }

  /** Kysely would wait for ever for a transaction that is refused before it begins. Its first query is refused instead. */
  override async transaction<Result>(work: (trx: Transaction) => Promise<Result>): Promise<Result> {
    let begun = false
    try {
      return await super.transaction((trx) => {
        begun = true
        return work(trx)
      })
    } catch (error) {
      if (begun || !this.lost.aborted) throw error
      const refuse = () => Promise.reject(error)
      const refused = { query: refuse, sql: refuse, exec: refuse, rollback: refuse, listen: refuse }
      return work({ ...refused, closed: false })
    }
  }

  override async close(): Promise<void> {
    if (!this.lost.aborted) await super.close()
  }
}
