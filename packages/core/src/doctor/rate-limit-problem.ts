/** @module A 429 as a finding. */

import { dateOf } from '../clock.ts'
import { isConcurrencyLimit, readRateFigures } from '../org/rate-figures.ts'
import { type AnswerHeaders, UpstreamError } from '../transport.ts'
import { fromError, type Observation } from './finding.ts'
import { problem } from './problems.ts'

/**
 * The finding for a 429.
 *
 * @param what - what was answered, as in `GET /api/v1/users was answered 429`.
 */
export function rateLimitProblem(what: string, headers: AnswerHeaders): Observation {
  const figures = readRateFigures(headers)
  if (figures !== undefined && isConcurrencyLimit(figures)) {
    const observed = `${what}: too many requests of the org are open at the same time.`
    return problem('rate_concurrency', observed)
  }
  const dateMs = Date.parse(dateOf(headers) ?? '')
  const left = figures === undefined ? 'it is used up' : `0 of ${figures.limit} are left`
  const waitSeconds = Math.ceil((figures?.resetSeconds ?? Number.NaN) - dateMs / 1_000)
  const seconds = Number.isNaN(waitSeconds) ? undefined : Math.max(0, waitSeconds)
  const ends = seconds === undefined ? '' : ` for ${seconds} s more`
  const error = new UpstreamError('rate_limited', `${what}: of the rate limit ${left}${ends}.`, {
    remedy:
      'Find the client that uses the limit up (Reports > Rate Limits) and let it ask more slowly; the window ends by itself.',
    details: { limit: figures?.limit, resetInSeconds: seconds },
  })
  return fromError(error)
}
