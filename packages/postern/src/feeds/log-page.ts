/** @module What a page of the System Log brings: its events, each once, and what is no event. */

import { membersReader } from '@postern/core'
import type { FeedRecord } from '../sinks/record.ts'
import type { NewDeadLetter } from '../store/dead-letters.ts'
import type { PublishedSpan } from '../store/ledger.ts'

/** The records of a page, with what they say about themselves. */
export interface LogPage {
  readonly records: readonly LogRecord[]
  /** When the first and the last of its events were published; undefined where none says so. */
  readonly span: PublishedSpan | undefined
  /** When the last of them in the order of the page was. */
  readonly lastMs: number | undefined
}

/** One record of a page. */
export interface LogRecord {
  readonly raw: Uint8Array
  /** Its uuid. */
  readonly id: string | undefined
}

/** What of a page goes on to the sinks, and what does not. */
export interface SortedPage {
  /** Those that had not come before. */
  readonly events: readonly FeedRecord[]
  /** Records without a uuid: no sink can tell them from others. */
  readonly invalid: readonly NewDeadLetter[]
  readonly duplicates: number
}

// Repeats stand close to each other: a page that came twice, or the edge of two windows. So many, and up to as many again.
const REMEMBERED_EVENTS = 10_000

const WITHOUT_UUID = { code: 'page_record_invalid', reason: 'The record has no uuid.' }

const readMembers = membersReader(['uuid', 'published'])

/** Reads what the records of a page say about themselves. */
export function readLogPage(records: readonly Uint8Array[]): LogPage {
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let lastMs: number | undefined
  const read = records.map((raw): LogRecord => {
    const [id, published = ''] = readMembers(raw)
    const epochMs = Date.parse(published)
    if (!Number.isNaN(epochMs)) {
      fromMs = Math.min(fromMs, epochMs)
      toMs = Math.max(toMs, epochMs)
      lastMs = epochMs
    }
    return { raw, id }
  })
  const span = lastMs === undefined ? undefined : { from: new Date(fromMs), to: new Date(toMs) }
  return { records: read, span, lastMs }
}

/** The uuids of a page's records. */
export function idsOf({ records }: LogPage): readonly string[] {
  return records.flatMap(({ id }) => id ?? [])
}

/** Sorts what pages bring, and remembers what came last. */
export class LogSorter {
  #seen = new Set<string>()
  #seenBefore: ReadonlySet<string> = new Set()

  /** @param known - the uuids of those that were read in earlier runs. */
  sort({ records }: LogPage, known: ReadonlySet<string> = new Set()): SortedPage {
    const events: FeedRecord[] = []
    const invalid: NewDeadLetter[] = []
    for (const { raw, id } of records) {
      if (id === undefined) invalid.push({ record: raw, ...WITHOUT_UUID })
      else if (!known.has(id) && this.#isNew(id)) {
        events.push({ op: 'event', kind: 'event', id, raw, line: raw })
      }
    }
    return { events, invalid, duplicates: records.length - invalid.length - events.length }
  }

  #isNew(id: string): boolean {
    if (this.#seen.has(id) || this.#seenBefore.has(id)) return false
    this.#seen.add(id)
    // Forgetting them one by one takes a set longer and longer.
    if (this.#seen.size >= REMEMBERED_EVENTS) {
      this.#seenBefore = this.#seen
      this.#seen = new Set()
    }
    return true
  }
}
