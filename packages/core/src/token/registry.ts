/** @module Every kind of credential and what authorises with it. */

import { systemClock } from '../clock.ts'
import { ApiTokenAuthorizer } from './api-token-authorizer.ts'
import type { Authorizer } from './authorizer.ts'
import type { Credential } from './credential.ts'
import { ServiceAppAuthorizer } from './service-app-authorizer.ts'
import { TokenSource, type TokenSourceOptions } from './source.ts'

/** Options of {@link createAuthorizer}. */
export type AuthorizerOptions = Omit<TokenSourceOptions, 'credential'> & {
  readonly credential: Credential
}

/**
 * What authorises requests to an org with a credential.
 *
 * @throws {CredentialError} for a credential that no org could accept.
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { credential, ...rest } = options
  switch (credential.kind) {
    case 'service-app':
      return new ServiceAppAuthorizer(new TokenSource({ ...rest, credential }))
    case 'api-token':
      return new ApiTokenAuthorizer(options.org, credential, options.clock ?? systemClock)
  }
}
