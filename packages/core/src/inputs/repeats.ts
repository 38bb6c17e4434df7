/** @module Records that come a second time: a proxy or a cache gives a page once more, and the links then lead on. */

import { memberReader } from './member-reader.ts'

const idOf = memberReader('id')

/** Leaves out of each page what the page before it had. Remembers the ids of one page. */
export class Repeats {
  #before: ReadonlySet<string> = new Set()

  /** The records that the page before did not have; those without an id are all kept. */
  leaveOut(records: readonly Uint8Array[]): readonly Uint8Array[] {
    const before = this.#before
    const ids = records.map(idOf)
    if (records.length > 0) this.#before = new Set(ids.filter((id) => id !== undefined))
    if (!ids.some((id) => id !== undefined && before.has(id))) return records
    return records.filter((_record, index) => !before.has(ids[index] ?? ''))
  }
}
