/** @module Moves each feed a little from its schedule, so that not all of them begin at once. */

import { createHash } from 'node:crypto'

// As many feeds begin in a second, where their schedules say that all begin at the same time: as an embedded store on a slow
// disk, which is brought there several times in each run, keeps up with.
const STARTS_PER_SECOND = 10

/** No feed begins later than that after its fire. */
export const MAX_SPREAD_MS = 300_000

/** Options of {@link spreadMs}. */
export interface SpreadOptions {
  /** From this fire to the next. */
  readonly periodMs: number
  /** How many feeds there are. */
  readonly feeds: number
}

/**
 * How long after its fire a feed begins, in milliseconds: a share of a window that grows with the number of feeds, a tenth of a second for
 * each, up to five minutes, and never reaches the next fire. The share comes from the feed's id and never changes.
 */
export function spreadMs(feedId: string, { periodMs, feeds }: SpreadOptions): number {
  const windowMs = Math.min(periodMs, MAX_SPREAD_MS, ((feeds - 1) * 1_000) / STARTS_PER_SECOND)
  return Math.floor(shareOf(feedId) * Math.max(windowMs, 0))
}

/** 0 or more, less than 1. */
function shareOf(feedId: string): number {
  return createHash('sha256').update(feedId).digest().readUInt32BE() / 2 ** 32
}
