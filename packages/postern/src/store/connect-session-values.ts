/** @module What the columns of a Connect session say. JSON, without any secret. */

/**
 * How far a session is: its link was not opened yet; it was; and how it ended. `failed` is one whose tries came to nothing
 * too often.
 */
export type ConnectSessionStatus = LiveStatus | 'connected' | 'failed' | 'expired' | 'revoked'

/** Of a session that has not ended. */
type LiveStatus = 'waiting' | 'open'

/** The members of a connection that whoever made the session fixed. */
export interface ConnectGiven {
  readonly orgUrl?: string
  readonly clientId?: string
  readonly description?: string
  /** Separated by spaces. */
  readonly scopes?: string
}

/** What a session is for. */
export interface ConnectSessionSettings {
  readonly given: ConnectGiven
  /** The scopes of what the connection is for; absent: those it asks for. */
  readonly wants?: readonly string[]
  readonly methods: readonly ('service-app' | 'api-token')[]
  /** The members of a connection that a person may set. */
  readonly fields: readonly string[]
  /** The origin of the page that embeds or opens it. */
  readonly origin?: string
}

/** What a person gave so far. */
export interface ConnectDraft {
  /** The members as they were typed, without those that are secret. */
  readonly members: Readonly<Record<string, unknown>>
  /** Of the private key that is sealed. */
  readonly kid?: string
  /** Whether an API token is sealed. */
  readonly hasApiToken?: true
  /** Of the headers whose values are sealed. */
  readonly headerNames?: readonly string[]
  /** Whether the steps to a new app were shown. */
  readonly isGuided?: true
}
