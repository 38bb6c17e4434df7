/** @module How people sign in to the console: the OpenID provider that says who they are, and what its groups may do. */

import type { Secret } from '@postern/core'
import type { AccessRule } from './access-rules.ts'

/** What this server proves to the provider that it is. */
export type SignInCredential =
  | { readonly kind: 'client-secret'; readonly clientSecret: Secret }
  /** A private key as JWK or PEM, for `private_key_jwt`. */
  | { readonly kind: 'key'; readonly key: Secret }

/** How people sign in. */
export interface SignIn {
  /** The issuer, as its discovery document says it. */
  readonly issuer: string
  readonly clientId: string
  readonly credential: SignInCredential
  readonly scopes: readonly string[]
  /** The claim that has the names of a person's groups. */
  readonly groupsClaim: string
  /** As the button shows it. */
  readonly name: string
  /** What the members of a group may do. */
  readonly groups: ReadonlyMap<string, readonly AccessRule[]>
  /** What single people may do besides, by their `sub`, or by an e-mail address that the provider has verified. */
  readonly people: ReadonlyMap<string, readonly AccessRule[]>
}

/** What a file that says nothing else gets. */
export const signInDefaults = {
  scopes: ['openid', 'profile', 'email', 'groups'],
  groupsClaim: 'groups',
  name: 'single sign-on',
} as const
