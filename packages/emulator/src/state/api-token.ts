/** @module An API token (SSWS) of an org. */

/**
 * How long a token lives after it was last used: 30 days.
 *
 * @see Okta, "Create an API token"
 */
export const API_TOKEN_LIFE_MS = 30 * 86_400_000

/** A token that acts as its owner. */
export interface ApiToken {
  /** `00T…` */
  readonly id: string
  readonly name: string
  /** The text that is sent: 42 characters, the first two `00`. */
  readonly value: string
  readonly ownerId: string
  readonly createdMs: number
  readonly lastUsedMs: number
  readonly revoked: boolean
  /** False while calls come from outside the token's network zone. */
  readonly networkAllowed: boolean
}
