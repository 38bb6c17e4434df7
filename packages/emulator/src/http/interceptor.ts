/** @module Where a fault may step in: before a request is answered, and before its answer is sent. */

import type { Answer } from './answer.ts'
import type { UnroutedRequest } from './exchange.ts'

/** How an answer is sent where it is not sent whole and at once. */
export type Delivery =
  /** The connection ends without a word. */
  | { readonly kind: 'reset' }
  /** Nothing is ever said; the connection stays open. */
  | { readonly kind: 'silence' }
  /** The status and headers, and only this part of the body; then the connection ends. */
  | { readonly kind: 'cut'; readonly fraction: number }
  /** The body in this many pieces, with a wait before each. */
  | { readonly kind: 'slow'; readonly pieces: number; readonly waitMs: number }

/** What a fault does to one exchange. */
export interface Interception {
  /** In the place of what the org would answer. */
  readonly answer?: Answer
  readonly delivery?: Delivery
  /** Whether that answer has the few headers of the gateway. */
  readonly fromGateway?: boolean
}

/** What may step into exchanges. */
export interface Interceptor {
  /** Asked before the org sees the request; with an interception here, the org never does. */
  before(request: UnroutedRequest): Interception | undefined
  /** Asked with the org's answer, or with the one that {@link Interceptor.before} gave in its place. */
  after(request: UnroutedRequest, answer: Answer): Interception | undefined
}
