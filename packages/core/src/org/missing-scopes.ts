/** @module What a token lacks of the scopes that a call needs. */

import { scopeCovers } from '../url/scopes.ts'
import type { Org } from './org.ts'

/** The scopes of the token that stands for a call, and those that it lacks. */
export interface MissingScopes {
  readonly missing: readonly string[]
  readonly granted: readonly string[]
}

/**
 * Looks at the token that a path of the org would be called with: Okta drops scopes that were not granted without a word,
 * and the call would end in a 403. An API token has no scopes, so it lacks none.
 */
export async function missingScopes(
  org: Org,
  call: { readonly path: string; readonly scopes: readonly string[] },
  signal?: AbortSignal,
): Promise<MissingScopes> {
  const url = `${org.url}${call.path}`
  const { token } = await org.authorizer.authorize({ method: 'GET', url, signal })
  if (token === undefined) return { missing: [], granted: [] }
  const missing = call.scopes.filter((scope) => !scopeCovers(token.scopes, scope))
  return { missing, granted: token.scopes }
}
