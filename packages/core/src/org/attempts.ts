/** @module The attempts of a request: each paced, authorised and judged in the same way, however its bytes travel. */

import type { Clock } from '../clock.ts'
import type { Authorization, Authorizer } from '../token/authorizer.ts'
import { type TransportRequest, type UpstreamError, upstreamError } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import { bucketOf } from './buckets.ts'
import {
  type AnswerHead,
  type Call,
  errorOf,
  type Failure,
  type Outcome,
  retryHeaders,
  waitBeforeNext,
} from './call.ts'
import { type ApiError, readRefusal } from './errors.ts'
import type { PageError } from './page.ts'
import type { Pacer } from './rate-limit.ts'
import { type OrgRequest, requestHeaders, requestUrl } from './request.ts'

/** An attempt that brought nothing usable, for whoever shows or logs it. */
export interface OrgStep {
  readonly step: 'failed'
  /** `GET /api/v1/users` */
  readonly what: string
  readonly attempt: number
  readonly error: ApiError | UpstreamError | PageError
  /**
   * How long is waited before the next attempt; 0 where the pacer decides it. Absent when the request has no next attempt;
   * where its page has one, a step of the page follows.
   */
  readonly waitMs?: number
}

/** One attempt on its way, all its headers set. It has no body yet: that is its sender's. */
export type AuthorizedRequest = Omit<TransportRequest, 'body'>

/** What a sender gives of an answer. */
export interface SentAnswer<Body> extends AnswerHead {
  readonly body: Body
  /** As much of the body as a refusal is read from. */
  readonly beginning: Uint8Array
}

/**
 * Sends one attempt, tells the head of its answer as soon as it is there, and gives the rest when it has it. Rejects where no
 * answer came, or broke off.
 */
export type Send<Body> = (
  request: AuthorizedRequest,
  onHead: (head: AnswerHead) => void,
) => Promise<SentAnswer<Body>>

/** What {@link Attempts} works with. */
export interface AttemptsOptions {
  readonly org: OrgUrl
  readonly authorizer: Authorizer
  readonly pacer: Pacer
  readonly clock: Clock
  readonly random: () => number
  readonly onStep?: ((step: OrgStep) => void) | undefined
  /** Told as each request leaves how long it waited for its turn, in milliseconds. */
  readonly onSend?: ((waitedMs: number) => void) | undefined
}

/** Makes the attempts of requests to one org. */
export class Attempts {
  readonly #options: AttemptsOptions

  constructor(options: AttemptsOptions) {
    this.#options = options
  }

  /** @throws {RequestError} for a path that does not stay on the org, or a header that is not the caller's to set. */
  begin(request: OrgRequest): Call {
    const method = (request.method ?? 'GET').toUpperCase()
    const url = requestUrl(this.#options.org, request.path, request.query)
    return {
      request,
      url,
      what: `${method} ${url.pathname}`,
      bucket: bucketOf(method, url.pathname).name,
      headers: requestHeaders(request),
      api: { method, url: url.href, signal: request.signal },
      attempts: 0,
      failures: 0,
      rateLimited: 0,
      waitedMs: 0,
    }
  }

  /** Waits for its turn and sends it. The turn is over as soon as `send` gives the answer. */
  async make<Body>(call: Call, send: Send<Body>): Promise<Outcome<Body>> {
    const { pacer, authorizer, onSend } = this.#options
    const { priority = 'interactive', signal } = call.request
    signal?.throwIfAborted()
    const permit =
      pacer.acquireAtOnce(call.bucket, { priority }) ??
      (await pacer.acquire(call.bucket, { priority, signal }))
    call.attempts++
    call.waitedMs += permit.waitedMs
    onSend?.(permit.waitedMs)
    let outcome: Outcome<Body> | undefined
    try {
      const used = authorizer.authorizeAtOnce?.(call.api) ?? (await authorizer.authorize(call.api))
      outcome = await this.#send(call, used, send)
      return outcome
    } finally {
      const answer = outcome?.kind === 'lost' ? outcome.heard : outcome
      permit.release(answer && { ...answer, orgTime: authorizer.now() })
    }
  }

  async #send<Body>(call: Call, used: Authorization, send: Send<Body>): Promise<Outcome<Body>> {
    const { method, url, signal } = call.api
    let heard: AnswerHead | undefined
    try {
      const headers = { ...call.headers, ...retryHeaders(call), ...used.headers.reveal() }
      const sent = await send({ method, url, headers, signal }, (head) => {
        heard = head
        this.#options.authorizer.observe?.(head.headers)
      })
      const { status, headers: received, body, beginning } = sent
      if (status >= 200 && status < 300)
        return { kind: 'answered', status, headers: received, body }
      const refusal = readRefusal(status, received, beginning)
      return { kind: 'refused', status, headers: received, body, refusal, used }
    } catch (thrown) {
      signal?.throwIfAborted()
      return { kind: 'lost', error: upstreamError(thrown, call.url.host), heard }
    }
  }

  /** Whether the same request, authorised anew, may pass. */
  async isCured(call: Call, outcome: Failure): Promise<boolean> {
    if (outcome.kind === 'lost') return false
    const { status, headers, used, refusal } = outcome
    call.firstRequestId ??= refusal.requestId
    const answer = { status, headers, oktaCode: refusal.errorCode }
    return this.#options.authorizer.shouldRetry(call.api, used, answer)
  }

  /** Milliseconds to wait before the next attempt; undefined where there should be none. Counts the failure, and tells it. */
  waitMs(call: Call, outcome: Failure): number | undefined {
    const { authorizer, random, onStep } = this.#options
    const { what, attempts: attempt } = call
    const waitMs = waitBeforeNext(call, outcome, { orgTime: authorizer.now(), random })
    if (onStep !== undefined) {
      const step = { step: 'failed', what, attempt, error: errorOf(what, outcome) } as const
      onStep(waitMs === undefined ? step : { ...step, waitMs })
    }
    return waitMs
  }

  /** Waits as long as {@link Attempts.waitMs} said. @throws the reason of the signal. */
  async wait(call: Call, waitMs: number): Promise<void> {
    call.waitedMs += waitMs
    if (waitMs > 0) await this.#options.clock.sleep(waitMs, { signal: call.request.signal })
  }
}
