/** @module Which statements a PostgreSQL server keeps prepared: those that come again and again are read by it once for each connection. */

import { createHash } from 'node:crypto'

// What comes seldom is not worth a place in the memory of the server.
const USES = 20
const MAX_NAMES = 200
const MAX_COUNTED = 1_000

/** The names of the statements of one pool. */
export class StatementNames {
  readonly #names = new Map<string, string>()
  readonly #uses = new Map<string, number>()
  #forgotten = 0

  /** Counts a use of a statement with parameters. @returns its name, where it is to be prepared. */
  use(text: string): string | undefined {
    const name = this.#names.get(text)
    if (name !== undefined || this.#names.size >= MAX_NAMES) return name
    const uses = (this.#uses.get(text) ?? 0) + 1
    // Lists of any length make texts without end.
    if (this.#uses.size >= MAX_COUNTED) this.#uses.clear()
    this.#uses.set(text, uses)
    if (uses < USES) return undefined
    this.#uses.delete(text)
    const next = this.#nameOf(text)
    this.#names.set(text, next)
    return next
  }

  /** Has every statement prepared anew, under another name: what one of them gives has changed. */
  forget(): void {
    this.#names.clear()
    this.#forgotten++
  }

  /** Of the text: between a process and its server may stand who hands connections round, and a name may mean one statement alone. */
  #nameOf(text: string): string {
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 40)
    return `postern_${hash}_${this.#forgotten}`
  }
}
