/** @module Rows in the order of `sortBy`, entered at a cursor that names the last row's value and id. */

import { firstPlace } from '../state/first-place.ts'
import type { Row } from '../state/table.ts'

/** What rows are sorted by; null, where a row has no value, comes last. */
export type SortKey = string | number | null

/** A place in the order. */
interface Place {
  readonly key: SortKey
  readonly id: string
}

/** A position in the order that is no cursor of this list. */
export class CursorError extends Error {
  override readonly name = 'CursorError'
}

/** Rows in an order of their own. Equal values are in the order of ids. */
export class SortedRows<T extends Row> {
  readonly #places: (Place & { readonly row: T })[]
  readonly #sign: 1 | -1

  constructor(
    rows: Iterable<T>,
    keyOf: (row: T) => unknown,
    direction: 'ascending' | 'descending',
  ) {
    this.#sign = direction === 'ascending' ? 1 : -1
    this.#places = [...rows]
      .map((row) => ({ key: sortKey(keyOf(row)), id: row.id, row }))
      .sort((a, b) => this.#compare(a, b))
  }

  /**
   * The rows behind a cursor, whether or not its row is still there.
   *
   * @throws {CursorError} where it is none.
   */
  after(cursor: string | undefined): Iterable<T> {
    return this.#from(cursor === undefined ? 0 : this.#placeAfter(readPlace(cursor)))
  }

  *#from(start: number): Generator<T, void, undefined> {
    for (let index = start; index < this.#places.length; index++) {
      const place = this.#places[index]
      if (place !== undefined) yield place.row
    }
  }

  #placeAfter(wanted: Place): number {
    return firstPlace(this.#places.length, (index) => {
      const place = this.#places[index]
      return place !== undefined && this.#compare(place, wanted) <= 0
    })
  }

  #compare(a: Place, b: Place): number {
    if (a.key === null || b.key === null) {
      if (a.key === b.key) return compareText(a.id, b.id)
      return a.key === null ? 1 : -1
    }
    const byKey = compareKeys(a.key, b.key)
    return byKey === 0 ? compareText(a.id, b.id) : byKey * this.#sign
  }
}

/** The cursor behind a row. */
export function cursorBehind<T extends Row>(row: T, keyOf: (row: T) => unknown): string {
  return Buffer.from(JSON.stringify([sortKey(keyOf(row)), row.id])).toString('base64url')
}

function readPlace(cursor: string): Place {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(value) && value.length === 2) {
      const [key, id]: readonly unknown[] = value
      const isKey = key === null || typeof key === 'string' || typeof key === 'number'
      if (isKey && typeof id === 'string') return { key, id }
    }
  } catch {
    // Not our text; refused below.
  }
  throw new CursorError('The text is no cursor of this list.')
}

// Texts are sorted without regard to case, as they are compared.
function sortKey(value: unknown): SortKey {
  if (typeof value === 'string') return value.toLowerCase()
  if (typeof value === 'number') return value
  return value === null || value === undefined ? null : String(value)
}

function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return compareText(String(a), String(b))
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
