/** @module How far the System Log was read, and where it goes on where Okta does not say so. */

import type { JsonObject } from '@postern/core'
import type { LogPage } from './log-page.ts'

/** How far the System Log was read. */
export interface LogState {
  /** Where to begin, by the time at which Okta stored an event, as long as there is no page. */
  readonly since: Date
  /** Path and query of the next page: never a host. */
  readonly page?: string | undefined
  /** The earliest time at which an event of the last page that had any was published. */
  readonly first?: Date | undefined
  /**
   * Everything that Okta stored before this moment was read: the moment at which the log was caught up with, and until then that
   * of the latest event that was read, which was stored no earlier than it was published.
   */
  readonly readUntil: Date
  /** When the org was last seen to show something of the log. */
  readonly sightedAt?: Date | undefined
  /** Whether what comes may have been read before: until the log is caught up with, it is looked for in the ledger. */
  readonly isRepeating?: boolean | undefined
}

/** Where reading begins, and what cannot be read any more. */
export interface LogStart {
  readonly since: Date
  /** What lies before `since` and was wanted. */
  readonly gap?: { readonly from: Date; readonly to: Date }
}

/** What is said by the link of a page, and by how full the page is. */
export interface LogLink {
  /** Path and query; absent where there is no link. */
  readonly cursor: string | undefined
  /** Whether it leads to the page that it came with. */
  readonly leadsBack: boolean
  /** Whether there may be more behind the page. */
  readonly isFull: boolean
}

const DAY_MS = 86_400_000

// Covers clocks inside Okta that differ: what is stored later was published at most this much earlier than a page shows.
const OVERLAP_MS = 15 * 60_000

// Nothing is read again that the ledger may have forgotten, for it remembers three days. What comes late says nothing of how far
// to go back: it was stored after what was read, however long ago it was published.
const MAX_AGAIN_MS = DAY_MS

/** Whether nothing was read yet. */
export function isUnread({ page, first }: LogState): boolean {
  return page === undefined && first === undefined
}

/** Whether two pages begin at the same place. */
export function isSame(page: string, other: string | undefined): boolean {
  return afterOf(page) === afterOf(other)
}

/** The place at which a page begins, in Okta's words. */
export function afterOf(page: string | undefined): string | undefined {
  return new URLSearchParams(page?.split('?')[1]).get('after') ?? undefined
}

/** Where reading begins that was told to begin at `wanted`: no earlier than Okta keeps events. @param now - the org's time */
export function startAt(wanted: Date | undefined, now: Date, retentionDays: number): LogStart {
  const oldest = new Date(now.getTime() - retentionDays * DAY_MS)
  if (wanted === undefined) return { since: oldest }
  if (wanted >= oldest) return { since: wanted }
  return { since: oldest, gap: { from: wanted, to: oldest } }
}

/**
 * Where reading goes on without a page: a while before the last events that were read.
 *
 * What was not read yet was stored after everything that was, so after each event of the last page, and so no earlier than the
 * first of them was published; and no earlier than `readUntil`.
 */
export function startAgain(state: LogState, now: Date, retentionDays: number): LogStart {
  const { first, since, readUntil } = state
  const begins = [
    since.getTime(),
    readUntil.getTime() - MAX_AGAIN_MS,
    ...(first === undefined ? [] : [first.getTime() - OVERLAP_MS]),
  ]
  return startAt(new Date(Math.max(...begins)), now, retentionDays)
}

/** The state behind a page that shows something, or is known to have nothing to show. @param now - the org's time */
export function stateBehind(
  state: LogState,
  { records, span }: Pick<LogPage, 'records' | 'span'>,
  { cursor, leadsBack, isFull }: LogLink,
  now: Date,
): LogState {
  const isRepeating = leadsBack || (state.isRepeating && isFull)
  const end = { last: span?.to, isCaughtUp: !isFull && !leadsBack }
  const readUntil = readUntilBehind(state, end, now)
  const first = span?.from ?? state.first
  const next = { ...state, first, readUntil, sightedAt: now, isRepeating }
  if (leadsBack) return next
  if (cursor !== undefined) return { ...next, page: cursor }
  if (records.length === 0) return { ...next, isRepeating: true }
  const since = startBehind(state, span?.to, now)
  return { ...next, page: undefined, since, isRepeating: true }
}

/**
 * Where reading goes on behind a page that has no link: a while before its last event was published. What was not read yet was
 * stored after that event, and so no earlier than it was published.
 *
 * @param last - absent where the page does not say when.
 */
function startBehind({ since }: LogState, last: Date | undefined, now: Date): Date {
  if (last === undefined) return since
  const lastMs = Math.min(last.getTime(), now.getTime())
  return new Date(Math.max(since.getTime(), lastMs - OVERLAP_MS))
}

/** Up to when everything was read behind a page. @param last - the latest time at which one of its events was published */
function readUntilBehind(
  { readUntil }: LogState,
  page: { readonly last: Date | undefined; readonly isCaughtUp: boolean },
  now: Date,
): Date {
  if (page.isCaughtUp) return now
  const lastMs = Math.min(page.last?.getTime() ?? 0, now.getTime())
  return new Date(Math.max(readUntil.getTime(), lastMs))
}

/** A state as it is kept. */
export function toStored(state: LogState): JsonObject {
  const { since, page, first, readUntil, sightedAt, isRepeating } = state
  return {
    since: since.toISOString(),
    readUntil: readUntil.toISOString(),
    ...(page === undefined ? {} : { page }),
    ...(first === undefined ? {} : { first: first.toISOString() }),
    ...(sightedAt === undefined ? {} : { sightedAt: sightedAt.toISOString() }),
    ...(isRepeating === true ? { isRepeating } : {}),
  }
}

/** A state as it was kept. @throws a plain error for one that `toStored` did not make. */
export function fromStored(stored: JsonObject): LogState {
  const { since, readUntil, page, first, sightedAt, isRepeating } = stored
  return {
    since: dateOf(since),
    readUntil: dateOf(readUntil),
    page: typeof page === 'string' ? page : undefined,
    first: first === undefined ? undefined : dateOf(first),
    sightedAt: sightedAt === undefined ? undefined : dateOf(sightedAt),
    isRepeating: isRepeating === true,
  }
}

function dateOf(value: unknown): Date {
  const date = new Date(typeof value === 'string' ? value : Number.NaN)
  if (Number.isNaN(date.getTime())) throw new Error('The state of the System Log is damaged.')
  return date
}
