/** @module Holds what an org noted of each call against what a connection may send: its share of each window, nothing after a 429. */

import type { OrgCall } from '@postern/emulator'

/** What is wrong with the pace of a connection; both lists are empty where nothing is. */
export interface PaceVerdict {
  /** Windows with more calls than the share. */
  readonly overspent: readonly string[]
  /** Calls between a 429 that was known and its reset. */
  readonly unheld: readonly string[]
}

/** The verdict on a pace with which nothing is wrong. */
export const unhurried: PaceVerdict = { overspent: [], unheld: [] }

// A 429 of too many at once gives a reset that is only a suggestion.
const CONCURRENCY_PAUSE_MS = 1_000

/** What a connection may do. */
export interface AllowedPace {
  /** The part of its limit that it may use. */
  readonly share: number
  /** The time of one call, there and back: what was sent before a 429 was known still comes. */
  readonly latencyMs: number
}

/** Judges the calls of one connection. */
export function judgePace(
  calls: readonly OrgCall[],
  { share, latencyMs }: AllowedPace,
): PaceVerdict {
  const overspent = windowsOf(calls)
    .filter(({ limit, used }) => used > Math.max(1, Math.floor(limit * share)))
    .map(({ name, used, limit }) => `${used} of ${limit} in ${name}`)
  const unheld = calls.flatMap((refused) => {
    const untilMs = heldUntilMs(refused)
    return calls
      .filter(({ bucket, atMs }) => {
        return bucket === refused.bucket && atMs > refused.atMs + latencyMs && atMs < untilMs
      })
      .map(({ method, path, atMs }) => `${method} ${path} ${untilMs - atMs} ms before the reset`)
  })
  return { overspent, unheld }
}

/** The windows of a connection, as the org counted them. */
export function windowsOf(calls: readonly OrgCall[]) {
  const windows = new Map<string, { name: string; endsMs: number; limit: number; used: number }>()
  for (const { bucket, counted } of calls) {
    // Where everybody together used a bucket up, the call is in no window of its own.
    if (counted === undefined || counted.ofOrg) continue
    const name = `${bucket} until ${counted.resetSeconds}`
    const { limit, resetSeconds } = counted
    const { used } = windows.get(name) ?? { used: 0 }
    windows.set(name, { name, endsMs: resetSeconds * 1_000, limit, used: used + 1 })
  }
  return [...windows.values()]
}

function heldUntilMs({ status, told, atMs }: OrgCall): number {
  if (status !== 429 || told === undefined) return atMs
  return told.limit === 0 ? atMs + CONCURRENCY_PAUSE_MS : told.resetSeconds * 1_000
}
