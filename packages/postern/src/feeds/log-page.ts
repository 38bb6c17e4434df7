/** @module What a page of the System Log brings: its events, each once, and what is no event. */

import { memberReader } from '@postern/core'
import type { FeedRecord } from '../sinks/record.ts'
import type { NewDeadLetter } from '../store/dead-letters.ts'
import type { LedgerEntry } from '../store/ledger.ts'

/** What a page brings. */
export interface LogPage {
  /** Those that had not come before. */
  readonly events: readonly FeedRecord[]
  readonly ledger: LedgerEntry
  /** Records without a uuid: no sink can tell them from others. */
  readonly invalid: readonly NewDeadLetter[]
  readonly duplicates: number
}

// Repeats stand close to each other: a page that came twice, or the edge of two windows.
const REMEMBERED_EVENTS = 20_000

const uuidOf = memberReader('uuid')
const publishedOf = memberReader('published')

/** Sorts what pages bring, and remembers what came last. */
export class LogPages {
  readonly #seen = new Set<string>()

  /** @param isKnown - whether an event was read before, as far as somebody else remembers. */
  sort(records: readonly Uint8Array[], known: ReadonlySet<string> = new Set()): LogPage {
    const events: FeedRecord[] = []
    const invalid: NewDeadLetter[] = []
    for (const record of records) {
      const id = uuidOf(record)
      if (id === undefined) invalid.push({ record, ...WITHOUT_UUID })
      else if (!known.has(id) && this.#isNew(id)) {
        events.push({ op: 'event', kind: 'event', id, raw: record, line: record })
      }
    }
    const ids = events.map(({ id }) => id)
    const span = publishedSpan(records)
    const ledger = { ids, firstPublished: span?.from, lastPublished: span?.to }
    return { events, invalid, ledger, duplicates: records.length - invalid.length - events.length }
  }

  #isNew(id: string): boolean {
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    if (this.#seen.size > REMEMBERED_EVENTS)
      this.#seen.delete(this.#seen.values().next().value ?? '')
    return true
  }
}

const WITHOUT_UUID = {
  code: 'page_record_invalid',
  reason: 'The record has no uuid.',
}

/** The uuids of a page's records. */
export function idsOf(records: readonly Uint8Array[]): readonly string[] {
  return records.flatMap((record) => uuidOf(record) ?? [])
}

/** When the first and the last of the events were published; undefined where none says so. */
export function publishedSpan(
  events: readonly Uint8Array[],
): { readonly from: Date; readonly to: Date } | undefined {
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const event of events) {
    const epochMs = Date.parse(publishedOf(event) ?? '')
    if (Number.isNaN(epochMs)) continue
    fromMs = Math.min(fromMs, epochMs)
    toMs = Math.max(toMs, epochMs)
  }
  return toMs < fromMs ? undefined : { from: new Date(fromMs), to: new Date(toMs) }
}
