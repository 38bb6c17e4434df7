/** @module What a request to the System Log asks for: its parameters, judged. */

import { parseInstant } from '../expression/instant.ts'
import type { ApiRequest } from '../http/request.ts'
import { invalidParameter, logError } from './log-error.ts'
import { formatPosition, type Position, parsePosition } from './position.ts'
import { type Place, parsePlace } from './uuid.ts'

/** Follows the log as it grows, in the order of persistence. */
export interface PollingQuery {
  readonly kind: 'polling'
  readonly limit: number
  readonly from: Position
  /** The cursor that leads here again. */
  readonly cursor: string
}

/** Reads a stretch of time, in the order of `published`. */
export interface WindowQuery {
  readonly kind: 'window'
  readonly limit: number
  readonly sinceMs: number
  /** The end, which is not a part of it. */
  readonly endMs: number
  readonly descending: boolean
  /** The last event that was read before. */
  readonly behind: Place | undefined
}

/** What is asked, beside `filter` and `q`. */
export type LogQuery = PollingQuery | WindowQuery

const DAY_MS = 86_400_000
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000
const DEFAULT_SPAN_MS = 7 * DAY_MS
const MAX_SINCE_MS = 180 * DAY_MS

/**
 * Reads the parameters. Without `until` and ascending it is a polling request; everything else reads a window, also
 * DESCENDING without `until`.
 *
 * @throws {RefusedRequest} `E0000001` for a date, number, order or cursor that is none, `E0000053` for a `since` that is
 *   more than 180 days ago.
 * @see Okta, "System log query" - request types
 */
export function readLogQuery(request: ApiRequest): LogQuery {
  const { org, query } = request
  const limit = readLogLimit(request)
  const descending = readOrder(query.get('sortOrder')) === 'DESCENDING'
  const since = readInstant('since', query.get('since'))
  const until = readInstant('until', query.get('until'))
  const after = query.get('after') || undefined
  const nowMs = Math.floor(org.time.nowMs())
  if (since !== undefined && nowMs - since > MAX_SINCE_MS) {
    throw logError(
      'E0000053',
      'Invalid parameter: The since parameter is over 180 days prior to the current day.',
    )
  }
  const sinceMs = since ?? (until ?? nowMs) - DEFAULT_SPAN_MS
  if (until === undefined && !descending) {
    if (since !== undefined && after !== undefined) requireSinceWithAfter(request)
    const from =
      after === undefined ? { persistedMs: sinceMs, seen: 0 } : readPosition(request, after)
    return { kind: 'polling', limit, from, cursor: after ?? formatPosition(from) }
  }
  const included = org.assumptions.logUntil === 'included' ? 1 : 0
  const endMs = until === undefined ? Number.POSITIVE_INFINITY : until + included
  const behind = after === undefined ? undefined : parsePlace(org.log.seed, after)
  if (after !== undefined && behind === undefined) throw invalidCursor()
  return { kind: 'window', limit, sinceMs, endMs, descending, behind }
}

function readLogLimit({ query, org }: ApiRequest): number {
  const text = query.get('limit')
  if (text === null || text === '') return DEFAULT_LIMIT
  if (!/^\d{1,9}$/.test(text)) {
    throw invalidParameter('limit', `The value must be an integer from 0 to ${MAX_LIMIT}.`)
  }
  const limit = Number(text)
  if (limit > MAX_LIMIT && org.assumptions.limitAboveMaximum === 'refused') {
    throw invalidParameter('limit', `The value must be an integer from 0 to ${MAX_LIMIT}.`)
  }
  return Math.min(limit, MAX_LIMIT)
}

function readOrder(text: string | null): 'ASCENDING' | 'DESCENDING' {
  if (text === null || text === '' || text === 'ASCENDING') return 'ASCENDING'
  if (text === 'DESCENDING') return text
  throw invalidParameter('sortOrder', 'must be ASCENDING or DESCENDING.')
}

function readInstant(name: string, text: string | null): number | undefined {
  if (text === null || text === '') return undefined
  const epochMs = parseInstant(text)
  if (epochMs !== undefined) return epochMs
  throw invalidParameter(
    name,
    'The date format in your query is not recognized. Please enter dates using ISO8601 string format.',
    'must be a valid date-time or empty.',
  )
}

function requireSinceWithAfter({ org }: ApiRequest): void {
  if (org.assumptions.logSinceWithAfter === 'after-wins') return
  throw invalidParameter('after', "'since' and 'after' cannot be specified simultaneously.")
}

function readPosition({ org }: ApiRequest, cursor: string): Position {
  const position = parsePosition(cursor)
  if (position === undefined) throw invalidCursor()
  const lifeMs = org.assumptions.logCursorDays * DAY_MS
  if (lifeMs > 0 && org.time.nowMs() - position.persistedMs > lifeMs) throw invalidCursor()
  return position
}

function invalidCursor() {
  return invalidParameter('after', 'The cursor is invalid or has expired.')
}
