/** @module The scopes that a request names, and those that no client credentials get from any server. */

import { oauthError } from './oauth-error.ts'
import { openidScopes } from './scopes.ts'

/** The names in a `scope` parameter, each once, in order. @see RFC 6749, section 3.3 */
export function parseScopes(parameter: string | undefined): readonly string[] {
  const names = (parameter ?? '').split(/\s+/).filter((name) => name !== '')
  return [...new Set(names)]
}

/** @throws {OauthRefusal} `invalid_scope` for a `scope` parameter that is longer than it may be. */
export function requireScopeLength(parameter: string | undefined, maxCharacters: number): void {
  if ((parameter ?? '').length > maxCharacters) throw oauthError('scope_malformed')
}

/**
 * Refuses what stands for a person, who is not there, and what is no scope's name.
 *
 * @throws {OauthRefusal} `invalid_scope`, `client_credentials_self_scope_requested`
 */
export function requireServiceScopes(requested: readonly string[]): void {
  if (!requested.every((name) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name))) {
    throw oauthError('scope_malformed')
  }
  if (requested.some((name) => openidScopes.includes(name))) {
    throw oauthError('openid_scopes_requested')
  }
  if (requested.some((name) => /^okta\..*\.self$/.test(name))) {
    throw oauthError('self_scope_requested')
  }
}
