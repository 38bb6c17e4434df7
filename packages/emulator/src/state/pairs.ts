/** @module Pairs of ids, such as groups and their members, found from both ends in the order of ids. */

import { lowerBound } from './table.ts'

/** Pairs of a left and a right id, found from either side. Used for group members and for apps' groups. */
export class Pairs {
  readonly #rights = new Map<string, string[]>()
  readonly #lefts = new Map<string, string[]>()

  /** Adds a pair; false where it was there. */
  add(left: string, right: string): boolean {
    if (!insert(this.#rights, left, right)) return false
    insert(this.#lefts, right, left)
    return true
  }

  /** Takes a pair away; false where there was none. */
  remove(left: string, right: string): boolean {
    if (!withdraw(this.#rights, left, right)) return false
    withdraw(this.#lefts, right, left)
    return true
  }

  has(left: string, right: string): boolean {
    const rights = this.#rights.get(left)
    return rights !== undefined && rights[lowerBound(rights, right)] === right
  }

  /** Every pair. */
  *all(): Generator<readonly [left: string, right: string], void, undefined> {
    for (const [left, rights] of this.#rights) for (const right of rights) yield [left, right]
  }

  /** The rights of a left, by rising id. */
  rightsOf(left: string): readonly string[] {
    return this.#rights.get(left) ?? []
  }

  /** The lefts of a right, by rising id. */
  leftsOf(right: string): readonly string[] {
    return this.#lefts.get(right) ?? []
  }
}

function insert(lists: Map<string, string[]>, key: string, id: string): boolean {
  const list = lists.get(key)
  if (list === undefined) {
    lists.set(key, [id])
    return true
  }
  const place = lowerBound(list, id)
  if (list[place] === id) return false
  list.splice(place, 0, id)
  return true
}

function withdraw(lists: Map<string, string[]>, key: string, id: string): boolean {
  const list = lists.get(key)
  if (list === undefined) return false
  const place = lowerBound(list, id)
  if (list[place] !== id) return false
  list.splice(place, 1)
  if (list.length === 0) lists.delete(key)
  return true
}
