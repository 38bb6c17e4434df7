/** @module Events that the control API lets happen: made up ones, or one that was recorded. */

import type { JsonObject } from '../json.ts'
import { SetupError } from '../setup-error.ts'
import type { Org } from '../state/org.ts'
import { addEvents } from '../system-log/traffic.ts'

const MAX_EVENTS = 100_000
const MAX_SECONDS = 90 * 86_400

/** The members of a body that lets events happen. */
export const eventMembers = [
  'count',
  'published',
  'overSeconds',
  'lateSeconds',
  'recorded',
] as const

/**
 * Lets `count` events happen from `published` on, over `overSeconds`, each shown `lateSeconds` after that; or one that was
 * recorded, given as text so that it keeps every byte.
 *
 * @throws {SetupError} `request_invalid` for anything else.
 */
export function happen(org: Org, body: JsonObject): void {
  const lateMs = secondsOf(body, 'lateSeconds') * 1_000
  const { recorded } = body
  if (recorded !== undefined) {
    addRecorded(org, recorded, lateMs)
    return
  }
  const { count = 1, published } = body
  if (!(Number.isInteger(count) && Number(count) >= 0 && Number(count) <= MAX_EVENTS)) {
    throw invalid('count', `Give a whole number from 0 to ${MAX_EVENTS}.`)
  }
  const atMs = published === undefined ? org.time.nowMs() : Date.parse(String(published))
  if (Number.isNaN(atMs))
    throw invalid('published', 'Give a time such as 2026-01-01T00:00:00.000Z.')
  const overMs = secondsOf(body, 'overSeconds') * 1_000
  addEvents(org, { count: Number(count), atMs, overMs, lateMs })
}

function addRecorded({ log, time }: Org, recorded: unknown, lateMs: number): void {
  try {
    log.addRecorded(String(recorded), { persistedMs: time.nowMs() + lateMs })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw invalid('recorded', 'Give an event as text, with a uuid, an eventType and a published.')
  }
}

function secondsOf(body: JsonObject, name: 'overSeconds' | 'lateSeconds'): number {
  const { [name]: seconds = 0 } = body
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_SECONDS) return seconds
  throw invalid(name, `Give a number of seconds from 0 to ${MAX_SECONDS}.`)
}

function invalid(name: string, remedy: string): SetupError {
  return new SetupError(
    'request_invalid',
    `The member ${JSON.stringify(name)} cannot be used as it is.`,
    remedy,
  )
}
