/** @module An API token (SSWS) of an org. */

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
