/** @module What the rate-limit headers of an answer say. */

import { type AnswerHeaders, UpstreamError } from '../transport.ts'
import { fromError, type Observation } from './finding.ts'
import { problem } from './problems.ts'

/** The figures of one answer; of each the smallest, where a header came twice. */
export interface RateFigures {
  readonly limit: number
  readonly remaining: number
  /** Seconds since the epoch, in the org's time. */
  readonly resetSeconds: number
  /** Whether a header came more than once. */
  readonly isDoubled: boolean
}

/** Reads them. Undefined where one is missing or no number. */
export function readRateFigures(headers: AnswerHeaders): RateFigures | undefined {
  const limit = figuresOf(headers, 'limit')
  const remaining = figuresOf(headers, 'remaining')
  const reset = figuresOf(headers, 'reset')
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined
  return {
    limit: Math.min(...limit),
    remaining: Math.min(...remaining),
    resetSeconds: Math.min(...reset),
    isDoubled: limit.length > 1,
  }
}

/**
 * The finding for a 429. Too many requests at the same time have both figures at 0.
 *
 * @param what - what was answered, as in `GET /api/v1/users was answered 429`.
 * @see Okta, "Rate limits" - x-rate-limit-limit and -remaining are 0 for a concurrency limit
 */
export function rateLimitProblem(what: string, headers: AnswerHeaders): Observation {
  const figures = readRateFigures(headers)
  if (figures?.limit === 0) {
    const observed = `${what}: too many requests of the org are open at the same time.`
    return problem('rate_concurrency', observed)
  }
  const dateMs = Date.parse(headers.get('date') ?? '')
  const left = figures === undefined ? 'it is used up' : `0 of ${figures.limit} are left`
  const seconds = figures && Math.max(0, Math.ceil(figures.resetSeconds - dateMs / 1_000))
  const ends = seconds === undefined || Number.isNaN(seconds) ? '' : ` for ${seconds} s more`
  const error = new UpstreamError('rate_limited', `${what}: of the rate limit ${left}${ends}.`, {
    remedy:
      'Find the client that uses the limit up (Reports > Rate Limits) and let it ask more slowly; the window ends by itself.',
    details: { limit: figures?.limit, resetInSeconds: seconds },
  })
  return fromError(error)
}

function figuresOf(headers: AnswerHeaders, name: string): readonly number[] | undefined {
  const texts = headers.get(`x-rate-limit-${name}`)?.split(',') ?? []
  const numbers = texts.map((text) => Number(text.trim() || Number.NaN))
  return numbers.length > 0 && numbers.every(Number.isSafeInteger) ? numbers : undefined
}
