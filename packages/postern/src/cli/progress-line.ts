/** @module How far long work is, as one line. */

import { formatCount, formatCountOf } from './count.ts'
import { formatDuration } from './duration.ts'

/** How far the work is, and what is known of what is left. */
export interface Standing {
  /** What the records are: `users`. */
  readonly what: string
  readonly records: number
  /** Records still to come, where that is known. */
  readonly remaining?: number | undefined
  readonly elapsedMs: number
  /** Requests that this window of the rate limit still allows, and how many it has, where that is known. */
  readonly budget?:
    | { readonly left: number; readonly whole: number; readonly resetInMs: number }
    | undefined
  /** The least time that the rate limit allows for what remains, in milliseconds. */
  readonly allowedMs: number
}

/** `12,400 users, 1,150/s, rate budget 208 of 270, about 14 s left` */
export function formatProgress(standing: Standing): string {
  const { what, records, remaining, elapsedMs, budget, allowedMs } = standing
  const perSecond = records / Math.max(0.001, elapsedMs / 1_000)
  const parts = [formatCountOf(records, what)]
  if (records > 0) parts.push(`${formatCount(perSecond)}/s`)
  if (budget !== undefined) parts.push(`rate budget ${budget.left} of ${budget.whole}`)
  if (budget?.left === 0) parts.push(`the rate limit opens in ${formatDuration(budget.resetInMs)}`)
  if (remaining !== undefined && records > 0) {
    const leftMs = Math.max((remaining / perSecond) * 1_000, allowedMs)
    parts.push(`about ${formatDuration(leftMs)} left`)
  }
  return parts.join(', ')
}
