/** @module What a token request does, step by step, for whoever shows or logs it. */

import type { UpstreamError } from '../transport.ts'
import type { TokenError } from './errors.ts'
import type { Cure } from './refusals.ts'
import type { Token } from './token.ts'

/** One step. Holds no secret that prints. */
export type TokenStep =
  | {
      readonly step: 'request'
      readonly attempt: number
      readonly url: string
      readonly proof: 'none' | 'without-nonce' | 'with-nonce'
    }
  | {
      readonly step: 'refused'
      readonly attempt: number
      readonly error: TokenError
      /** What the next attempt does differently; absent when the refusal is final. */
      readonly cure?: Cure
    }
  | {
      readonly step: 'failed'
      readonly attempt: number
      readonly error: TokenError | UpstreamError
      /** Absent when there is no next attempt. */
      readonly waitMs?: number
    }
  | { readonly step: 'granted'; readonly attempt: number; readonly token: Token }
  | { readonly step: 'renewal-failed'; readonly error: unknown; readonly retryAfterMs: number }
