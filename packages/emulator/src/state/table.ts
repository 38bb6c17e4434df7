/** @module Rows with an id, kept in the order of their ids: what every list and every keyset cursor walks. */

import { firstPlace } from './first-place.ts'

/** Something with an id. Rows are never changed in place: a change is a new row under the same id. */
export interface Row {
  readonly id: string
}

/** Rows by id and in the order of ids. */
export class Table<T extends Row> implements Iterable<T> {
  readonly #byId = new Map<string, T>()
  readonly #ids: string[] = []

  get size(): number {
    return this.#byId.size
  }

  /** Every row, by rising id. */
  *[Symbol.iterator](): Iterator<T> {
    yield* this.after(undefined)
  }

  get(id: string): T | undefined {
    return this.#byId.get(id)
  }

  /** Adds a row, or puts it in the place of the one with its id. */
  put(row: T): void {
    if (!this.#byId.has(row.id)) {
      const last = this.#ids.at(-1)
      if (last === undefined || last < row.id) this.#ids.push(row.id)
      else this.#ids.splice(this.#place(row.id), 0, row.id)
    }
    this.#byId.set(row.id, row)
  }

  /** Takes a row away; false where there was none. */
  remove(id: string): boolean {
    if (!this.#byId.delete(id)) return false
    this.#ids.splice(this.#place(id), 1)
    return true
  }

  /** The rows behind an id (which need not be there any more), by rising id. */
  *after(id: string | undefined): Generator<T, void, undefined> {
    let index = id === undefined ? 0 : this.#placeAfter(id)
    for (; index < this.#ids.length; index++) {
      const row = this.#byId.get(this.#ids[index] ?? '')
      if (row !== undefined) yield row
    }
  }

  #placeAfter(id: string): number {
    const place = this.#place(id)
    return this.#ids[place] === id ? place + 1 : place
  }

  // The first place whose id is not smaller.
  #place(id: string): number {
    return lowerBound(this.#ids, id)
  }
}

/** The first place in a rising list whose text is not smaller than `text`. */
export function lowerBound(rising: readonly string[], text: string): number {
  return firstPlace(rising.length, (place) => (rising[place] ?? '') < text)
}
