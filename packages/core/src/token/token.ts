/** @module An access token, and what the answer that brought it said. */

import type { Warning } from '../error.ts'
import type { Secret } from '../secret.ts'

/** What is worth knowing about a token answer that was accepted. */
export type TokenWarningCode =
  | 'token_expires_in_text'
  | 'token_expires_in_assumed'
  | 'token_expires_in_capped'
  | 'token_scope_reduced'

/** An access token. Opaque: Okta does not publish the keys that would verify it. */
export interface Token {
  readonly type: 'Bearer' | 'DPoP'
  readonly accessToken: Secret
  /** What was granted, sorted. Okta drops ungranted scopes without saying so. */
  readonly scopes: readonly string[]
  /** What was asked for and not granted, sorted. */
  readonly missingScopes: readonly string[]
  /** Seconds of life at the moment it arrived. */
  readonly expiresInSeconds: number
  /** On this machine's clock. */
  readonly expiresAt: Date
  readonly warnings: readonly Warning<TokenWarningCode>[]
}
