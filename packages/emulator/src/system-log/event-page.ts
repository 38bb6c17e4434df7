/** @module One page of the System Log: the events of a query, and the cursor behind them. */

import type { Org } from '../state/org.ts'
import { Candidate, type Match } from './event-match.ts'
import type { LogQuery, PollingQuery, WindowQuery } from './log-query.ts'
import { formatPosition, numberBehind, positionAtEnd, positionBehind } from './position.ts'
import type { PublishedOrder } from './published-order.ts'
import { formatPlace } from './uuid.ts'

/** The JSON of events, and where the next page begins; polling always has a next page. */
export interface EventPage {
  readonly events: readonly string[]
  readonly next: string | undefined
}

// What one request may look at before its page ends short; an event that was made whole counts for many.
const MAX_EFFORT = 200_000
const RENDER_EFFORT = 10

/** Reads a page. A page may be short though more follows, where few of very many events match; its cursor leads on. */
export function readPage(org: Org, query: LogQuery, match: Match | undefined): EventPage {
  return query.kind === 'polling' ? poll(org, query, match) : readWindow(org, query, match)
}

function poll(org: Org, query: PollingQuery, match: Match | undefined): EventPage {
  const { log } = org
  // Every polling page ends in a cursor, and behind a cursor nothing may come in unseen.
  log.sealNow()
  const oldestMs = org.time.nowMs() - log.retentionMs
  const first = Math.max(numberBehind(log, query.from), log.firstPersistedFrom(oldestMs))
  const numbers = countUp(first, log.size)
  const limit = Math.min(query.limit, log.pageRows)
  const scan = scanEvents(org, numbers, { limit, match, oldestMs })
  const reached = scan.stoppedAt ?? scan.matched.at(-1)
  if (reached !== undefined) {
    return { events: scan.events, next: formatPosition(positionBehind(log, reached)) }
  }
  // Whoever asks for no events has seen none: there the cursor must stay.
  const advances = org.assumptions.emptyPollCursor === 'advanced' && query.limit > 0
  return { events: [], next: advances ? formatPosition(positionAtEnd(log)) : query.cursor }
}

function readWindow(org: Org, query: WindowQuery, match: Match | undefined): EventPage {
  const { log } = org
  const { behind, descending, endMs, limit } = query
  log.catchUp()
  const { order } = log
  const oldestMs = org.time.nowMs() - log.retentionMs
  const low = order.placeOf(Math.max(query.sinceMs, oldestMs))
  const high = order.placeOf(endMs)
  const resumed = (number: number) => behind && order.placeOf(behind.publishedMs, number)
  const numbers = descending
    ? placesDown(order, Math.min(high, resumed(behind?.number ?? 0) ?? high), low)
    : placesUp(order, Math.max(low, resumed((behind?.number ?? 0) + 1) ?? low), high)
  const scan = scanEvents(org, numbers, { limit, match, oldestMs, peekNext: true })
  const last = scan.stoppedAt ?? (scan.hasMore ? scan.matched.at(-1) : undefined)
  if (last === undefined) return { events: scan.events, next: undefined }
  const place = { publishedMs: log.publishedMs(last), number: last }
  return { events: scan.events, next: formatPlace(log.seed, place) }
}

interface ScanOptions {
  readonly limit: number
  readonly match: Match | undefined
  /** Events published before this are not shown. */
  readonly oldestMs: number
  /** Whether to look on until it is known if one more event matches. */
  readonly peekNext?: boolean
}

interface Scan {
  readonly matched: readonly number[]
  readonly events: readonly string[]
  readonly hasMore: boolean
  /** The last event that was looked at, where the effort ended the scan. */
  readonly stoppedAt: number | undefined
}

function scanEvents({ log }: Org, numbers: Iterable<number>, options: ScanOptions): Scan {
  const { limit, match, oldestMs, peekNext = false } = options
  const candidate = new Candidate(log)
  const matched: number[] = []
  const events: string[] = []
  const end = (hasMore: boolean, stoppedAt?: number): Scan => ({
    matched,
    events,
    hasMore,
    stoppedAt,
  })
  if (limit === 0) return end(false)
  let looks = 0
  for (const number of numbers) {
    const isWanted =
      log.publishedMs(number) >= oldestMs && (match === undefined || match(candidate.at(number)))
    if (isWanted) {
      if (matched.length === limit) return end(true)
      matched.push(number)
      events.push(log.readText(number))
      if (matched.length === limit && !peekNext) return end(false)
    }
    if (++looks + candidate.rendered * RENDER_EFFORT >= MAX_EFFORT) return end(false, number)
  }
  return end(false)
}

function* countUp(first: number, end: number): Generator<number> {
  for (let number = first; number < end; number++) yield number
}

function* placesUp(order: PublishedOrder, first: number, end: number): Generator<number> {
  for (let place = first; place < end; place++) yield order.at(place)
}

function* placesDown(order: PublishedOrder, end: number, first: number): Generator<number> {
  for (let place = end - 1; place >= first; place--) yield order.at(place)
}
