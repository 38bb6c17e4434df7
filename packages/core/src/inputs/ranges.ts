/** @module Into which ranges of time a walk is cut, and when it is worth it: no clock, no network. */

/** From `fromMs`, which is in it, to `untilMs`, which is not; open where one of them is left out. Since the epoch. */
export interface Range {
  readonly fromMs?: number | undefined
  readonly untilMs?: number | undefined
}

/** A list on its way through a range, in the order of time. */
export interface Progress {
  readonly range: Range
  /** The moment of the first record it gave; absent before there was one. */
  readonly firstMs?: number | undefined
  /** The latest moment of all records it gave. */
  readonly lastMs?: number | undefined
  /** Records it gave. */
  readonly records: number
  /** Records a millisecond of the list that this range was cut from: what is expected before there is something to see. */
  readonly expectedDensity?: number | undefined
}

const SECOND_MS = 1_000

// What is left has to be worth the page that a cut costs at its edge.
const LEAST_PAGES = 2

/** Whether a moment is in a range. */
export function isWithin({ fromMs, untilMs }: Range, momentMs: number): boolean {
  return (
    momentMs >= (fromMs ?? Number.NEGATIVE_INFINITY) &&
    momentMs < (untilMs ?? Number.POSITIVE_INFINITY)
  )
}

/** Records a millisecond; undefined where nothing shows it: no record yet, or all of one moment. */
export function densityOf(progress: Progress): number | undefined {
  const { firstMs, lastMs, records, expectedDensity } = progress
  const spanMs = firstMs === undefined || lastMs === undefined ? 0 : lastMs - firstMs
  return spanMs > 0 ? records / spanMs : expectedDensity
}

/**
 * How many records are still to come, if they go on as densely as those before; undefined where that cannot be told.
 *
 * @param nowMs - the end of a range that is open: nothing was created later.
 */
export function estimateRemaining(progress: Progress, nowMs: number): number | undefined {
  const density = densityOf(progress)
  const reachedMs = progress.lastMs ?? progress.range.fromMs
  if (density === undefined || reachedMs === undefined) return undefined
  return Math.round(density * Math.max(0, (progress.range.untilMs ?? nowMs) - reachedMs))
}

/**
 * Where to cut a range in two: a whole second in the middle of what its list has not reached. Undefined where that is
 * not worth it.
 */
export function cutPoint(
  progress: Progress,
  options: { readonly nowMs: number; readonly pageLimit: number },
): number | undefined {
  const { nowMs, pageLimit } = options
  const remaining = estimateRemaining(progress, nowMs)
  const { lastMs, range } = progress
  if (remaining === undefined || remaining < LEAST_PAGES * pageLimit) return undefined
  // A list that has given nothing yet is left to itself: nobody knows where its records are.
  if (lastMs === undefined) return undefined
  const endMs = range.untilMs ?? nowMs
  const middleMs = Math.floor((lastMs + endMs) / 2 / SECOND_MS) * SECOND_MS
  return middleMs > lastMs && middleMs < endMs ? middleMs : undefined
}

/**
 * How many lists at the same time are of use: as many as it takes to spend what the rate limit allows.
 *
 * @param options.latencyMs - what one page takes.
 * @param options.allowedMs - the least time that the rate limit allows for these pages.
 */
export function usefulLists(options: {
  readonly pages: number
  readonly latencyMs: number
  readonly allowedMs: number
  readonly most: number
}): number {
  const { pages, latencyMs, allowedMs, most } = options
  const aloneMs = pages * latencyMs
  if (aloneMs <= allowedMs) return 1
  return Math.min(most, Math.ceil(aloneMs / Math.max(1, allowedMs)))
}
