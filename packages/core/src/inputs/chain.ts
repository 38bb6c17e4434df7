/** @module One list on its way through a range of `created`: which records are its own, and when it is at its end. */

import type { JsonObject } from '../json.ts'
import type { Page } from '../org/page.ts'
import { cursorInvalid, integerOf, textOf } from './cursor-text.ts'
import { memberReader } from './member-reader.ts'
import { isWithin, type Progress, type Range } from './ranges.ts'
import { Repeats } from './repeats.ts'

/** A list on its way, and what it has shown of itself. */
export interface Chain extends Progress {
  range: Range
  firstMs?: number | undefined
  lastMs?: number | undefined
  records: number
  /** Where its pages go on behind those that were given out; absent before the first was. */
  cursor?: string | undefined
  /** Not searched, since the org refused that: its records come in no order that is known, and all of them are its own. */
  isPlain: boolean
  /**
   * Whether its records come in the order of time: they have so far, and the org said that it sorts them. Only such a list
   * may end at a cut, and not before: ids are in the order of time too, but for a few.
   */
  isSorted: boolean
  /** The moment of the last record that a page had, its own or not. */
  seenMs: number
  /** Its last page was read, though perhaps not given out yet. */
  isRead: boolean
  readonly repeats: Repeats
}

const SORTED = /[?&]sortBy=created(?:&|$)/

const createdOf = memberReader('created')

/** A chain at the start of its range. */
export function newChain(range: Range, expectedDensity?: number): Chain {
  return {
    range,
    expectedDensity,
    records: 0,
    isPlain: false,
    isSorted: true,
    seenMs: Number.NEGATIVE_INFINITY,
    isRead: false,
    repeats: new Repeats(),
  }
}

/**
 * Takes a page: the records that are the chain's own, and whether everything behind them belongs to others.
 *
 * A record is judged by the `created` that it shows. One that shows none belongs to the chain whose range has no start.
 */
export function takePage(
  chain: Chain,
  { records: page, cursor }: Pick<Page, 'records' | 'cursor'>,
): { readonly records: readonly Uint8Array[]; readonly isOver: boolean } {
  // Okta's links repeat the parameters that it went by, and no others.
  if (cursor !== undefined && !SORTED.test(cursor)) chain.isSorted = false
  const fresh = chain.repeats.leaveOut(page)
  if (chain.isPlain) {
    chain.records += fresh.length
    return { records: fresh, isOver: false }
  }
  const records = fresh.filter((record) => isOwn(chain, Date.parse(createdOf(record) ?? '')))
  chain.records += records.length
  const { untilMs } = chain.range
  return { records, isOver: chain.isSorted && untilMs !== undefined && chain.seenMs >= untilMs }
}

function isOwn(chain: Chain, createdMs: number): boolean {
  // Written so that a moment that is none counts as out of order.
  if (!(createdMs >= chain.seenMs)) chain.isSorted = false
  if (Number.isNaN(createdMs)) return chain.range.fromMs === undefined
  chain.seenMs = createdMs
  if (!isWithin(chain.range, createdMs)) return false
  chain.firstMs = Math.min(createdMs, chain.firstMs ?? createdMs)
  chain.lastMs = Math.max(createdMs, chain.lastMs ?? createdMs)
  return true
}

/** What a cursor keeps of a chain. */
export function saveChain({ range, cursor, isPlain, isSorted }: Chain): JsonObject {
  return {
    ...(range.fromMs === undefined ? {} : { fromMs: range.fromMs }),
    ...(range.untilMs === undefined ? {} : { untilMs: range.untilMs }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(isPlain ? { isPlain } : {}),
    ...(isSorted ? {} : { isSorted }),
  }
}

/** A chain out of a cursor. @throws {InputError} `input_cursor_invalid` */
export function restoreChain(state: JsonObject): Chain {
  const range = { fromMs: momentOf(state, 'fromMs'), untilMs: momentOf(state, 'untilMs') }
  return {
    ...newChain(range),
    cursor: textOf(state, 'cursor'),
    isPlain: state['isPlain'] === true,
    isSorted: state['isSorted'] !== false,
  }
}

// The range of `Date`.
const MAX_MOMENT_MS = 8_640_000_000_000_000

function momentOf(state: JsonObject, member: string): number | undefined {
  const moment = integerOf(state, member)
  if (moment === undefined || Math.abs(moment) < MAX_MOMENT_MS) return moment
  throw cursorInvalid('The cursor is damaged.')
}
