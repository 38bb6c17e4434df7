/** @module The cursor of a polling request: a place in the order of persistence. */

import type { SystemLog } from './system-log.ts'

/** Everything persisted before a millisecond, and so many of the events persisted in it. */
export interface Position {
  readonly persistedMs: number
  readonly seen: number
}

/** The cursor of a position, such as `1627500044869_1`. */
export function formatPosition({ persistedMs, seen }: Position): string {
  return `${persistedMs}_${seen}`
}

/** The position of a cursor; undefined where it is none. */
export function parsePosition(cursor: string): Position | undefined {
  const match = /^(\d{1,15})_(\d{1,9})$/.exec(cursor)
  if (match === null) return undefined
  return { persistedMs: Number(match[1]), seen: Number(match[2]) }
}

/** The number of the first event behind a position. */
export function numberBehind(log: SystemLog, { persistedMs, seen }: Position): number {
  const endOfMs = log.firstPersistedFrom(persistedMs + 1)
  return Math.min(log.firstPersistedFrom(persistedMs) + seen, endOfMs)
}

/** The position behind an event. */
export function positionBehind(log: SystemLog, number: number): Position {
  const persistedMs = log.persistedMs(number)
  return { persistedMs, seen: number - log.firstPersistedFrom(persistedMs) + 1 }
}

/** The position behind everything that the log shows now. */
export function positionAtEnd(log: SystemLog): Position {
  const persistedMs = log.sealNow()
  return { persistedMs, seen: log.size - log.firstPersistedFrom(persistedMs) }
}
