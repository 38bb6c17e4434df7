/** @module Where a fault may step in: before a request is answered, and before its answer is sent. */

import type { Answer } from './answer.ts'
import type { UnroutedRequest } from './exchange.ts'

/** How an exchange ends without an answer. */
export type Loss =
  /** The connection ends without a word. */
  | { readonly kind: 'reset' }
  /** Nothing is ever said; the connection stays open. */
  | { readonly kind: 'silence' }

/** How an answer is sent where it is not sent whole and at once. */
export type Delivery =
  | Loss
  /** The status and headers, and only this part of the body; then the connection ends. */
  | { readonly kind: 'cut'; readonly fraction: number }
  /** The body in this many pieces, with a wait before each. */
  | { readonly kind: 'slow'; readonly pieces: number; readonly waitMs: number }

/** What happens in the place of what the org would do: an answer, with the few headers of the gateway or not, or none. */
export type Interception =
  | { readonly answer: Answer; readonly fromGateway?: boolean }
  | { readonly loss: Loss }

/** What becomes of an answer: another one, another way to send it, or both. */
export type Alteration =
  | { readonly answer: Answer; readonly delivery?: Delivery }
  | { readonly answer?: never; readonly delivery: Delivery }

/** What may step into exchanges. */
export interface Interceptor {
  /** Asked before the org sees the request; with an interception here, the org never does. */
  before(request: UnroutedRequest): Interception | undefined
  /** Asked with the org's answer, or with the one that {@link Interceptor.before} gave in its place. */
  after(request: UnroutedRequest, answer: Answer): Alteration | undefined
}
