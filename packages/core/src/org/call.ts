/** @module One request on its way: its attempts, what each came to, and whether another may help. */

import { waitBeforeRetry } from '../retry.ts'
import type { ApiRequest, Authorization } from '../token/authorizer.ts'
import type { AnswerHeaders, UpstreamError } from '../transport.ts'
import { type ApiError, answerError } from './errors.ts'
import type { ApiRefusal } from './refusals.ts'
import type { OrgRequest } from './request.ts'

/** A request on its way: what it is, and what came of it so far. */
export interface Call {
  readonly request: OrgRequest
  readonly url: URL
  readonly what: string
  readonly bucket: string
  readonly headers: Readonly<Record<string, string>>
  /** One object for all attempts: the authorizer counts by it. */
  readonly api: ApiRequest
  attempts: number
  failures: number
  rateLimited: number
  waitedMs: number
  firstRequestId?: string | undefined
}

/** The beginning of an answer. */
export interface AnswerHead {
  readonly status: number
  readonly headers: AnswerHeaders
}

/** What one attempt came to: a status from 200 to 299, another one, or no answer. `body` is as its sender gives it. */
export type Outcome<Body> = Answered<Body> | Refused<Body> | Lost

interface Answered<Body> extends AnswerHead {
  readonly kind: 'answered'
  readonly body: Body
}

/** An answer with another status. */
export interface Refused<Body> extends AnswerHead {
  readonly kind: 'refused'
  readonly body: Body
  readonly refusal: ApiRefusal
  readonly used: Authorization
}

/** No answer, or one that broke off. */
export interface Lost {
  readonly kind: 'lost'
  readonly error: UpstreamError
  /** What came of the answer before it broke off: a 429 holds without its body too. */
  readonly heard?: AnswerHead | undefined
}

/** An outcome that is no success. */
export type Failure = Refused<unknown> | Lost

const MAX_ATTEMPTS = 5
// Each of these waits for the end of a window.
const MAX_RATE_LIMITED = 8
const READS = ['GET', 'HEAD']
const IDEMPOTENT = [...READS, 'PUT', 'DELETE', 'OPTIONS']
const RETRIED_LOSSES = ['upstream_timeout', 'upstream_connection_lost']

/** The headers that Okta's own SDKs send with a repeated request, so that its support can follow one. */
export function retryHeaders({ attempts, firstRequestId }: Call): Readonly<Record<string, string>> {
  if (attempts < 2 || firstRequestId === undefined) return {}
  return { 'x-okta-retry-for': firstRequestId, 'x-okta-retry-count': String(attempts - 1) }
}

/** The error for a failure. */
export function errorOf(what: string, outcome: Failure): ApiError | UpstreamError {
  return outcome.kind === 'lost' ? outcome.error : answerError(what, outcome.refusal)
}

/**
 * Milliseconds to wait before the next attempt, 0 where the pacer decides it; undefined where there should be none. Counts
 * the failure.
 */
export function waitBeforeNext(
  call: Call,
  outcome: Failure,
  { orgTime, random }: { readonly orgTime: Date; readonly random: () => number },
): number | undefined {
  const { maxAttempts } = call.request
  const { status, headers } = outcome.kind === 'refused' ? outcome : {}
  if (status === 429) {
    // The pacer lets nothing pass before the reset.
    return ++call.rateLimited < (maxAttempts ?? MAX_RATE_LIMITED) ? 0 : undefined
  }
  if (outcome.kind === 'lost' && !RETRIED_LOSSES.includes(outcome.error.code)) return undefined
  if (!mayRepeat(call.request, call.api.method, status)) return undefined
  const failed = { attempt: ++call.failures, status, headers, orgTime }
  return waitBeforeRetry(failed, { maxAttempts: maxAttempts ?? MAX_ATTEMPTS, random })
}

/** Whether a request may be sent again although it may have been done. @see RFC 9110, section 9.2.2 */
function mayRepeat(request: OrgRequest, method: string, status: number | undefined): boolean {
  if (status === 500 && request.onServerError === 'throw') return false
  const repeated = status === 500 ? READS : IDEMPOTENT
  return request.retryable ?? repeated.includes(method)
}
