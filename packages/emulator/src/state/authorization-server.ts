/** @module A custom authorization server of an org, as it is kept. */

/** A scope that a custom authorization server knows beside those of OpenID Connect. */
export interface CustomScope {
  readonly name: string
  /** Whether a request that names no scope gets it. */
  readonly isDefault: boolean
  /** Whether a person must consent to it, which no client credentials can. */
  readonly consentRequired: boolean
}

/** Which clients get which scopes. */
export interface AccessPolicy {
  readonly name: string
  /** Client ids, or every client. */
  readonly clients: readonly string[] | 'ALL_CLIENTS'
  /** The scopes that its rule allows for client credentials, or every one. */
  readonly scopes: readonly string[] | 'ALL_SCOPES'
}

/** A custom authorization server. Never changed in place. */
export interface AuthorizationServer {
  /** `default` or `aus…` */
  readonly id: string
  readonly name: string
  /** What its tokens carry as `aud`. */
  readonly audience: string
  /** How long its tokens live: 5 minutes to 24 hours. */
  readonly tokenLifeSeconds: number
  readonly scopes: readonly CustomScope[]
  /** In order of priority; the first that fits a client decides. */
  readonly policies: readonly AccessPolicy[]
}

/**
 * The server that every org with API Access Management begins with. It has no scopes of its own.
 *
 * @see Okta, "Authorization servers" - the default server, its audience and its policy
 */
export const defaultAuthorizationServer: AuthorizationServer = {
  id: 'default',
  name: 'default',
  audience: 'api://default',
  tokenLifeSeconds: 3_600,
  scopes: [],
  policies: [{ name: 'Default Policy', clients: 'ALL_CLIENTS', scopes: 'ALL_SCOPES' }],
}
