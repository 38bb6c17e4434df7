/** @module The records of runs, put into bins of time. */

import type { Run } from './feed.ts'

/** What a chart of runs shows. */
export interface Figures {
  /** The beginning of each bin. */
  readonly at: readonly Date[]
  readonly binSeconds: number
  /** Records of runs that went well, or in part. */
  readonly records: readonly number[]
  /** Records of runs that failed. */
  readonly failed: readonly number[]
}

const BINS = 48
const STEPS_SECONDS = [60, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800]

/** The bins from the first run until now; none where nothing has run. */
export function figuresOf(runs: readonly Run[], now: number): Figures {
  const times = runs.map(({ startedAt }) => Date.parse(startedAt))
  const first = times.reduce((least, time) => Math.min(least, time), now)
  const spanSeconds = (now - first) / 1_000
  const binSeconds =
    STEPS_SECONDS.find((step) => spanSeconds / step <= BINS) ?? Math.ceil(spanSeconds / BINS)
  const binMs = binSeconds * 1_000
  if (times.length === 0) return { at: [], binSeconds, records: [], failed: [] }
  const end = (Math.floor(now / binMs) + 1) * binMs
  const begin = end - BINS * binMs
  const records = new Array<number>(BINS).fill(0)
  const failed = new Array<number>(BINS).fill(0)
  for (const { startedAt, outcome, report } of runs) {
    const bin = Math.floor((Date.parse(startedAt) - begin) / binMs)
    const figures = outcome === 'failed' ? failed : records
    if (figures[bin] !== undefined) figures[bin] += report.records
  }
  return { at: records.map((_, bin) => new Date(begin + bin * binMs)), binSeconds, records, failed }
}
