/** @module An application of an org, as it is kept: a service app, a bookmark, or one of Okta's own. */

import type { JsonObject } from '../json.ts'
import type { RoleAssignment } from './role.ts'

/** The ways in which a client may prove itself at the token endpoint, in the order in which the metadata names them. */
export const clientAuthMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const

/** How a client proves itself at the token endpoint. */
export type ClientAuthMethod = (typeof clientAuthMethods)[number]

/** A public key of a service app. */
export interface AppKey {
  /** `pks…`; the kid is in the JWK. */
  readonly id: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  /** Only public members: kty, kid, use, alg, and e, n or crv, x, y. */
  readonly jwk: JsonObject
  readonly createdMs: number
  readonly lastUpdatedMs: number
}

/** A client secret of an app whose method is one of the secrets. */
export interface ClientSecret {
  readonly id: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly value: string
  readonly createdMs: number
  readonly lastUpdatedMs: number
}

/** A scope that an administrator granted to a service app. */
export interface ScopeGrant {
  /** `oag…` */
  readonly id: string
  readonly scopeId: string
  readonly createdMs: number
  readonly lastUpdatedMs: number
  readonly createdBy: { readonly id: string; readonly type: string }
}

/** What makes an app an OAuth client. */
export interface OauthClient {
  readonly clientId: string
  readonly applicationType: 'service' | 'web' | 'browser' | 'native'
  readonly authMethod: ClientAuthMethod
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  readonly dpopRequired: boolean
  readonly keys: readonly AppKey[]
  /** Where the org fetches the keys instead; then `keys` is empty. */
  readonly jwksUri?: string
  readonly secrets: readonly ClientSecret[]
  readonly grants: readonly ScopeGrant[]
  readonly roles: readonly RoleAssignment[]
  /** Whether it is an API service integration of the Okta Integration Network, which may use a client secret. */
  readonly isIntegration?: boolean
  /** False while requests come from outside the network zones that the app allows. */
  readonly networkAllowed: boolean
  /** The other members of `settings.oauthClient`, as they were given. */
  readonly settings: JsonObject
  readonly pkceRequired: boolean
  readonly autoKeyRotation: boolean
}

/** An app. Never changed in place. */
export interface App {
  readonly id: string
  /** The kind: `oidc_client`, `bookmark`, `saasure` … */
  readonly name: string
  readonly label: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly createdMs: number
  readonly lastUpdatedMs: number
  readonly signOnMode: string
  readonly oauth?: OauthClient
  /** `settings.app`, `accessibility`, `visibility` and the like, as they were given or as such an app has them. */
  readonly details: JsonObject
}

/** A user who was assigned to an app directly. Who comes through a group is computed. */
export interface AppUser {
  /** The user's id. */
  readonly id: string
  readonly createdMs: number
  readonly lastUpdatedMs: number
  readonly userName?: string
  readonly profile: JsonObject
}

/** A group that was assigned to an app. */
export interface AppGroup {
  /** The group's id. */
  readonly id: string
  readonly lastUpdatedMs: number
  readonly priority: number
  readonly profile: JsonObject
}
