/** @module The attempts of a request: each paced, authorised and judged in the same way, however its bytes travel. */

import { type Clock, measureOffsetMs } from '../clock.ts'
import { PosternError } from '../error.ts'
import type { Authorization, Authorizer } from '../token/authorizer.ts'
import { type TransportRequest, UpstreamError, upstreamError } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import {
  type AnswerHead,
  Call,
  type CalledRequest,
  errorOf,
  type Failure,
  type Outcome,
  retryHeaders,
  waitBeforeNext,
} from './call.ts'
import { type ApiError, readRefusal } from './errors.ts'
import { asRepeatedChange, asStoppedChange, mayBeMade } from './lost-change.ts'
import type { PageError } from './page.ts'
import type { Pacer } from './rate-limit.ts'
import type { ApiRefusal } from './refusals.ts'

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

/** One attempt on its way, all its headers set. Its body, and what ends it before its end, are its sender's. */
export type AuthorizedRequest = Omit<TransportRequest, 'body' | 'signal'>

/** How attempts are sent. */
export interface Sender<Answer extends AnswerHead> {
  /**
   * Sends one attempt, and gives its answer. Rejects where none came, or broke off.
   *
   * @param onHead - to be told the head of the answer, where that is there before the rest.
   */
  send(request: AuthorizedRequest, onHead: (head: AnswerHead) => void): Promise<Answer>
  /** As much of the body of another answer than 200 to 299 as a refusal is read from. */
  beginningOf(answer: Answer): Uint8Array | Promise<Uint8Array>
}

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

  /** @throws {RequestError} as {@link Call} says. */
  begin(request: CalledRequest): Call {
    return new Call(this.#options.org, request)
  }

  /** Waits for its turn and sends it. The turn is over as soon as the sender gives the answer. */
  async make<Answer extends AnswerHead>(
    call: Call,
    sender: Sender<Answer>,
  ): Promise<Outcome<Answer>> {
    const { pacer, authorizer, onSend } = this.#options
    const { priority = 'interactive' } = call.request
    const permit =
      pacer.acquireAtOnce(call.bucket, { priority }) ??
      (await waited(call, pacer.acquire(call.bucket, { priority, signal: call.signal })))
    call.attempts++
    call.waitedMs += permit.waitedMs
    onSend?.(permit.waitedMs)
    let heard: AnswerHead | undefined
    const hear = (head: AnswerHead) => {
      heard = head
      authorizer.observe?.(head.headers)
    }
    let used: Authorization | undefined
    try {
      used = authorizer.authorizeAtOnce?.(call) ?? (await authorizer.authorize(call))
      const { method, url } = call
      const headers = { ...call.headers, ...retryHeaders(call), ...used.headers.reveal() }
      const answer = await sender.send({ method, url, headers }, hear)
      if (heard === undefined) hear(answer)
      const { status } = answer
      if (status >= 200 && status < 300) return { kind: 'answered', answer }
      const read = readRefusal(status, answer.headers, await sender.beginningOf(answer))
      const refusal = withOffset(read, answer, this.#options.clock)
      return { kind: 'refused', answer, refusal, used }
    } catch (thrown) {
      if (used !== undefined && call.signal?.aborted) throw stopped(call)
      if (used === undefined || isOwn(thrown)) {
        throw call.lost === undefined ? asUnsent(thrown) : asRepeatedChange(thrown, call.lost)
      }
      return { kind: 'lost', error: upstreamError(thrown, call.host), heard }
    } finally {
      permit.release(
        heard && { status: heard.status, headers: heard.headers, orgTime: authorizer.now() },
      )
    }
  }

  /** Whether the same request, authorised anew, may pass. */
  async isCured(call: Call, outcome: Failure): Promise<boolean> {
    if (outcome.kind === 'lost') return false
    const { answer, used, refusal } = outcome
    const { status, headers } = answer
    call.firstRequestId ??= refusal.requestId
    const judged = { status, headers, oktaCode: refusal.errorCode }
    return this.#options.authorizer.shouldRetry(call, used, judged)
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

  /** The error of a request whose last attempt failed so. */
  errorOf(call: Call, outcome: Failure): unknown {
    const error = errorOf(call.what, outcome)
    return call.lost === undefined ? error : asRepeatedChange(error, call.lost)
  }

  /** Waits as long as {@link Attempts.waitMs} said before the attempt after this one. @throws the reason of the signal. */
  async wait(call: Call, outcome: Failure, waitMs: number): Promise<void> {
    const error = errorOf(call.what, outcome)
    if (call.isChange && mayBeMade(error)) call.lost ??= error
    call.waitedMs += waitMs
    if (waitMs > 0) await waited(call, this.#options.clock.sleep(waitMs, { signal: call.signal }))
  }
}

/** What a request is stopped for that may have left. */
function stopped({ isChange, signal }: Call): unknown {
  return isChange ? asStoppedChange(signal?.reason) : signal?.reason
}

/** What is waited for before an attempt. What ends the wait does not end what an attempt before may have done. */
async function waited<Value>({ lost }: Call, wait: Promise<Value>): Promise<Value> {
  try {
    return await wait
  } catch (thrown) {
    throw lost === undefined ? thrown : asRepeatedChange(thrown, lost)
  }
}

/** Whether this side could not send, as its transport says with a code of its own. */
function isOwn(thrown: unknown): boolean {
  return thrown instanceof PosternError && !(thrown instanceof UpstreamError)
}

/** Where no token came, nothing was sent that may have been done: the error says so. */
function asUnsent(thrown: unknown): unknown {
  if (!(thrown instanceof UpstreamError)) return thrown
  const { code, message, remedy, details } = thrown
  const unsent = { ...details, outcome: 'unsent' }
  return new UpstreamError(code, message, { remedy, details: unsent, cause: thrown })
}

/** What a refused proof was refused for may be the clock. */
function withOffset(refusal: ApiRefusal, { headers }: AnswerHead, clock: Clock): ApiRefusal {
  if (refusal.challenge?.error !== 'invalid_dpop_proof') return refusal
  const offsetMs = measureOffsetMs(headers, clock.now())
  return offsetMs === undefined
    ? refusal
    : { ...refusal, offsetSeconds: Math.round(offsetMs / 1_000) }
}
