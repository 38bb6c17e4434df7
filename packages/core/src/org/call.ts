/** @module One request on its way: its attempts, what each came to, and whether another may help. */

import { waitBeforeRetry } from '../retry.ts'
import type { ApiRequest, Authorization } from '../token/authorizer.ts'
import type { AnswerHeaders, UpstreamError } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import { bucketOf } from './buckets.ts'
import { type ApiError, answerError } from './errors.ts'
import type { ApiRefusal } from './refusals.ts'
import { type OrgRequest, requestHeaders, requestUrl } from './request.ts'

/** A request as a call makes it. Its signal may be made when somebody waits for it: it costs more than a short call. */
export interface CalledRequest extends Omit<OrgRequest, 'signal'> {
  readonly signal?: AbortSignal | (() => AbortSignal) | undefined
}

/**
 * A request on its way: what it is, and what came of it so far. For the authorizer it is one object for all attempts, by which
 * that counts.
 */
export class Call implements ApiRequest {
  readonly request: CalledRequest
  readonly method: string
  readonly url: string
  /** Whom an error names. */
  readonly host: string
  readonly what: string
  readonly bucket: string
  readonly headers: Readonly<Record<string, string>>
  attempts = 0
  failures = 0
  rateLimited = 0
  waitedMs = 0
  firstRequestId: string | undefined
  /** What the first attempt ended with that may have made the change, where there was another one after it. */
  lost: UpstreamError | undefined

  /** @throws {RequestError} for a path that does not stay on the org, or a header that is not the caller's to set. */
  constructor(org: OrgUrl, request: CalledRequest) {
    const { href, host, pathname } = requestUrl(org, request.path, request.query)
    this.request = request
    this.method = (request.method ?? 'GET').toUpperCase()
    this.url = href
    this.host = host
    this.what = `${this.method} ${pathname}`
    this.bucket = bucketOf(this.method, pathname).name
    this.headers = requestHeaders(request)
  }

  get isChange(): boolean {
    return !isRead(this.method)
  }

  get signal(): AbortSignal | undefined {
    const { signal } = this.request
    return typeof signal === 'function' ? signal() : signal
  }
}

/** The beginning of an answer. */
export interface AnswerHead {
  readonly status: number
  readonly headers: AnswerHeaders
}

/** What one attempt came to: a status from 200 to 299, another one, or no answer. `answer` is as its sender gives it. */
export type Outcome<Answer extends AnswerHead> = Answered<Answer> | Refused<Answer> | Lost

interface Answered<Answer extends AnswerHead> {
  readonly kind: 'answered'
  readonly answer: Answer
}

/** An answer with another status. */
export interface Refused<Answer extends AnswerHead> {
  readonly kind: 'refused'
  readonly answer: Answer
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
export type Failure = Refused<AnswerHead> | Lost

const MAX_ATTEMPTS = 5
// Each of these waits for the end of a window.
const MAX_RATE_LIMITED = 8
const READS = ['GET', 'HEAD', 'OPTIONS']
const IDEMPOTENT = [...READS, 'PUT', 'DELETE']
const RETRIED_LOSSES = ['upstream_timeout', 'upstream_connection_lost']

/** Whether a method, in capitals, changes nothing. */
export function isRead(method: string): boolean {
  return READS.includes(method)
}

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
  const { status, headers } = outcome.kind === 'refused' ? outcome.answer : {}
  if (status === 429) {
    // The pacer lets nothing pass before the reset.
    return ++call.rateLimited < (maxAttempts ?? MAX_RATE_LIMITED) ? 0 : undefined
  }
  if (outcome.kind === 'lost' && !RETRIED_LOSSES.includes(outcome.error.code)) return undefined
  if (!mayRepeat(call, status)) return undefined
  const failed = { attempt: ++call.failures, status, headers, orgTime }
  return waitBeforeRetry(failed, { maxAttempts: maxAttempts ?? MAX_ATTEMPTS, random })
}

// The first one deactivates a user, and the second one deletes them for good.
const USER_DELETION = /^DELETE \/+api\/+v1\/+users\/+[^/]+\/*$/i

/** Whether a request may be sent again although it may have been done. @see RFC 9110, section 9.2.2 */
function mayRepeat({ request, method, what }: Call, status: number | undefined): boolean {
  if (status === 500 && request.onServerError === 'throw') return false
  const repeated = status === 500 ? READS : IDEMPOTENT
  return request.retryable ?? (repeated.includes(method) && !USER_DELETION.test(what))
}
