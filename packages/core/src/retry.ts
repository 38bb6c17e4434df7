/** @module How long to wait before the next attempt: no clock, no network. */

import type { AnswerHeaders } from './transport.ts'

/** What an attempt that may be repeated ended with. */
export interface FailedAttempt {
  /** 1 for the first attempt. */
  readonly attempt: number
  /** The HTTP status, or undefined where no answer came. */
  readonly status?: number | undefined
  readonly headers?: AnswerHeaders | undefined
  /** The org's time at the answer; `x-rate-limit-reset` counts in it. */
  readonly orgTime: Date
}

/** Limits of {@link waitBeforeRetry}. */
export interface RetryOptions {
  /** The whole number of attempts, the first one included. Default 4. */
  readonly maxAttempts?: number
  /** The longest single wait. Default 65 s: Okta's rate-limit window is one minute. */
  readonly maxWaitMs?: number
  /** A number in [0, 1), for jitter. */
  readonly random: () => number
}

const BASE_WAIT_MS = 2_000
const MAX_BACKOFF_MS = 20_000

// A reset that is now, or was, must not end in a tight loop.
const MIN_WAIT_MS = 1_000
const MAX_RESET_MS = 65_000

/**
 * Milliseconds to wait before the next attempt, or undefined when there should be none.
 *
 * A 429 waits until the limit's reset (`retry-after`, else `x-rate-limit-reset`) plus up to a second of jitter, and at
 * least a second; a reset beyond `maxWaitMs` is not waited for. 5xx answers and broken connections wait exponentially
 * longer with half of it jitter, or as `retry-after` says. Everything else is an answer and not retried.
 *
 * @see RFC 9110, section 10.2.3 - Retry-After
 * @see Okta, "Rate limits" - x-rate-limit-reset is in UTC epoch seconds
 */
export function waitBeforeRetry(failed: FailedAttempt, options: RetryOptions): number | undefined {
  const { maxAttempts = 4, maxWaitMs = 65_000, random } = options
  if (failed.attempt >= maxAttempts || !isTransient(failed.status)) return undefined
  const askedMs = askedWaitMs(failed)
  if (askedMs !== undefined) {
    const waitMs = Math.max(MIN_WAIT_MS, askedMs) + Math.round(random() * 1_000)
    return waitMs > maxWaitMs ? undefined : waitMs
  }
  const ceilingMs = Math.min(MAX_BACKOFF_MS, BASE_WAIT_MS * 2 ** (failed.attempt - 1))
  return Math.min(maxWaitMs, Math.round(ceilingMs / 2 + (random() * ceilingMs) / 2))
}

/**
 * Milliseconds from an answer until the limit that its headers speak of is reset, by the org's own clock: at least a
 * second and at most 65. Undefined where the headers do not say so in a way that can be used.
 *
 * `Date` has whole seconds, so the org's clock is at it or past it, and the wait is never too short.
 */
export function untilResetMs(headers: AnswerHeaders, orgTime: Date): number | undefined {
  const waitMs = askedWaitMs({ attempt: 1, status: 429, headers, orgTime })
  return waitMs === undefined || waitMs > MAX_RESET_MS ? undefined : Math.max(MIN_WAIT_MS, waitMs)
}

/** A random number in [0, 1), for jitter. */
export function randomFraction(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
  return word / 2 ** 32
}

/** Whether the same request may succeed later: no answer at all, 408, 429, or a 5xx other than 501 and 505. */
function isTransient(status: number | undefined): boolean {
  if (status === undefined || status === 408 || status === 429) return true
  return status >= 500 && status !== 501 && status !== 505
}

function askedWaitMs(failed: FailedAttempt): number | undefined {
  const retryAfter = failed.headers?.get('retry-after') ?? ''
  if (/^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1_000
  // Date.parse takes -1 and 1.5 for days of the year 2001.
  if (/^[A-Z][a-z]+,? .* \d{2}:\d{2}:\d{2}/.test(retryAfter)) {
    const waitMs = Date.parse(retryAfter) - failed.orgTime.getTime()
    if (Number.isFinite(waitMs)) return Math.max(0, waitMs)
  }
  if (failed.status !== 429) return undefined
  // Where two limits apply, both are sent; it is over when both are.
  const resets = failed.headers?.get('x-rate-limit-reset')?.split(',') ?? []
  if (resets.length === 0 || !resets.every((reset) => /^\s*\d{1,12}\s*$/.test(reset)))
    return undefined
  return Math.max(0, Math.max(...resets.map(Number)) * 1_000 - failed.orgTime.getTime())
}
