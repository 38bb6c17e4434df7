/** @module How the rate limit of a connection stands in this process, bucket by bucket. */

import type { RateStep } from './rate-history.ts'
import type { WatchedPacer } from './watched-pacer.ts'

/** One bucket of a connection. */
export interface BucketUse {
  readonly bucket: string
  /** Requests a minute that the org allows the credential; absent where no answer said so. */
  readonly limit?: number
  /** Of them, those that this process may use. */
  readonly budget?: number
  /** Of those, what is left. */
  readonly remaining?: number
  /** When the window ends. */
  readonly resetAt: Date
  /** Requests that wait for their turn. */
  readonly waiting: number
  /** How often the org refused a request. */
  readonly refusals: number
  readonly history: readonly RateStep[]
}

/** Every bucket that was asked for, by name. */
export function viewRates(pacer: WatchedPacer, now: Date): readonly BucketUse[] {
  return [...pacer.waiting]
    .map(([bucket, waiting]) => {
      const { limitPerMinute, budget, left, resetInMs = 0, refusals = 0 } = pacer.view(bucket) ?? {}
      return {
        bucket,
        ...(limitPerMinute === undefined ? {} : { limit: limitPerMinute }),
        ...(budget === undefined ? {} : { budget }),
        ...(left === undefined ? {} : { remaining: left }),
        resetAt: new Date(now.getTime() + resetInMs),
        waiting,
        refusals,
        history: pacer.history.of(bucket),
      }
    })
    .toSorted((one, other) => (one.bucket < other.bucket ? -1 : 1))
}
