/** @module What the server answers a Connect page, as far as the page uses it. */

import type { Finding } from '@postern/core'

/** How an org is signed in to. */
export type Method = 'service-app' | 'api-token'

/** The values of a connection, as they are sent. */
export interface ConnectionMembers {
  readonly orgUrl: string
  readonly clientId: string
  readonly key: string
  readonly keyId: string
  readonly passphrase: string
  readonly scopes: string
  readonly description: string
  readonly apiToken: string
  readonly jwtAlg: string
  readonly jwtExpirySeconds: string
  readonly jwtIssuer: string
  readonly jwtSubject: string
  readonly jwtAudience: string
  readonly tokenUrl: string
  readonly assertionKey: string
  readonly jwtClaims: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  readonly dpop: 'auto' | 'always' | 'never'
  readonly keys: 'okta' | 'url'
  readonly jwksUrl: string
}

/** A one-time session. */
export interface Session {
  readonly id: string
  /** The name that the connection gets. */
  readonly name: string
  readonly status: 'waiting' | 'open' | 'connected' | 'failed' | 'expired' | 'revoked'
  readonly expiresAt: string
  readonly triesLeft: number
  readonly methods: readonly Method[]
  /** What whoever made the session has filled in; it cannot be changed here. */
  readonly given: Partial<Pick<ConnectionMembers, 'orgUrl' | 'clientId' | 'description' | 'scopes'>>
  /** The scopes of what the connection is for, where whoever made the session said so. */
  readonly wants: readonly string[] | null
  /** The members that may be filled in. */
  readonly fields: readonly (keyof ConnectionMembers)[]
  /** Whose page opened or embeds this one. */
  readonly origin: string | null
  /** Where the server publishes the key set of this connection; null where nobody outside reaches it. */
  readonly jwksUrl: string | null
  /** The values of the last try, without secrets. */
  readonly draft: (Partial<ConnectionMembers> & DraftSecrets) | null
}

interface DraftSecrets {
  /** Of the headers only their names are shown again. */
  readonly headerNames?: readonly string[]
  readonly hasKey: boolean
  readonly hasApiToken: boolean
}

/** The URL of an org, judged. */
export interface Judged {
  readonly orgUrl: string
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
  readonly isOrg: boolean
  readonly offeredScopes: readonly string[]
}

/** What became of a try. */
export interface TrialResult {
  readonly status: 'ok' | 'warning' | 'failed'
  /** Whether the connection is kept now. */
  readonly kept: boolean
  readonly findings: readonly Finding[]
  readonly warnings: readonly { readonly field: string; readonly message: string }[]
  readonly triesLeft: number
  readonly connection: ConnectionView | null
  readonly session: Session
}

/** A connection that is kept. */
export interface ConnectionView {
  readonly name: string
  readonly orgUrl: string
  readonly kind: Method
  readonly clientId?: string
  readonly kid?: string
  readonly scopes?: readonly string[]
  readonly inputs: readonly {
    readonly name: string
    readonly title: string
    readonly runs: boolean
    readonly missingScopes: readonly string[]
  }[]
}

/** A step of the guide. */
export interface GuideStep {
  readonly id: string
  readonly title: string
  /** Words between ** are those of the screen. */
  readonly where: readonly string[]
  readonly actions: readonly string[]
  readonly values: readonly { readonly label: string; readonly value: string }[]
  readonly warnings: readonly string[]
  readonly asks?: {
    readonly field: 'orgUrl' | 'clientId' | 'apiToken'
    readonly label: string
    readonly alsoCalled: readonly string[]
    readonly isSecret: boolean
  }
  /** Only the person can tell whether it is done. */
  readonly isToldOnly?: boolean
  readonly isDone: boolean
}

/** Whether a step is done. */
export interface GuideOutcome {
  readonly status: 'done' | 'todo' | 'unknown'
  readonly observed: string
  readonly remedy?: string
}
