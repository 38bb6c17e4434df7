/** @module What the rate-limit headers of an answer say. */

import type { AnswerHeaders } from '../transport.ts'

/** The figures of one answer. Where two limits apply, both are sent; of each figure the smallest is kept, the tighter limit's. */
export interface RateFigures {
  readonly limit: number
  readonly remaining: number
  /** Seconds since the epoch, in the org's time; absent where the headers do not say it. */
  readonly resetSeconds?: number
  /** Whether a header came more than once. */
  readonly isDoubled: boolean
}

/** Reads them. Undefined where limit or remaining is missing or no number. */
export function readRateFigures(headers: AnswerHeaders): RateFigures | undefined {
  const limit = numbersOf(headers, 'limit')
  const remaining = numbersOf(headers, 'remaining')
  const reset = numbersOf(headers, 'reset')
  if (limit === undefined || remaining === undefined) return undefined
  return {
    limit: Math.min(...limit),
    remaining: Math.min(...remaining),
    ...(reset === undefined ? {} : { resetSeconds: Math.min(...reset) }),
    isDoubled: limit.length > 1,
  }
}

/**
 * Whether the figures of a 429 are those of too many requests at the same time.
 *
 * @see Okta, "Rate limits" - x-rate-limit-limit and -remaining are 0 for a concurrency limit
 */
export function isConcurrencyLimit({ limit, remaining }: RateFigures): boolean {
  return limit === 0 && remaining === 0
}

function numbersOf(headers: AnswerHeaders, name: string): readonly number[] | undefined {
  const texts = headers.get(`x-rate-limit-${name}`)?.split(',') ?? []
  const isWhole = texts.every((text) => /^\s*\d{1,12}\s*$/.test(text))
  return texts.length > 0 && isWhole ? texts.map(Number) : undefined
}
