/** @module What the server says of itself. */

/** Where it is asked. */
export const STATUS = '/v1/status'

/** What runs, and whether it can do its work. */
export interface Status {
  readonly status: 'ready' | 'locked' | 'store-unreachable'
  readonly version: string
  readonly store: 'pglite' | 'postgres'
  readonly durability?: {
    readonly mode: 'each-commit' | 'relaxed' | 'unknown'
    readonly note: string
  }
  readonly locked?: { readonly reason: string; readonly remedy: string }
}
