/** @module A request that is passed on: its body and the body of its answer are streams that somebody else moves. */

import type { AnswerHead } from './call.ts'
import type { OrgRequest } from './request.ts'

/** A request to pass on. What its body is, its sender knows. */
export interface ForwardedRequest
  extends Pick<OrgRequest, 'method' | 'path' | 'headers' | 'priority' | 'maxAttempts'> {
  /** Asked for where something has to be waited for. What is sent ends with it as its sender sees to it. */
  readonly signal?: () => AbortSignal
  /** Whether its body can be sent once more. Asked when an attempt is over. */
  readonly isRepeatable: () => boolean
}

/** An answer whose body is still to come. */
export interface OpenAnswer extends AnswerHead {
  /**
   * The beginning of the body, at most so many bytes of it; whoever reads the body gets them too. Rejects where it breaks off
   * before.
   */
  peek(maxBytes: number): Promise<Uint8Array>
  /** Lets go of the body: nobody reads it. */
  drop(): void
}

/** The answer to a request that was passed on. */
export interface Forwarded<Answer extends OpenAnswer> {
  readonly answer: Answer
  readonly status: number
  readonly requestId?: string
  /** Where an attempt before this answer, a refusal, may have made the change. */
  readonly outcome?: 'unknown'
  /** How many times it was sent. */
  readonly attempts: number
  /** Milliseconds spent waiting for the rate limit and between attempts. */
  readonly waitedMs: number
}
