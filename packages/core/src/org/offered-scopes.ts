/** @module Which scopes an org does not have, as it says itself. */

import { UpstreamError } from '../transport.ts'
import { oktaScopes } from '../url/okta-scopes.ts'
import type { OrgUrl } from '../url/org.ts'
import { textsOf } from './members.ts'
import type { PublicDocument } from './public-document.ts'

/**
 * Those of the scopes that an org does not offer; none where it does not say. It is asked only about names that Postern
 * does not know.
 *
 * @param read - reads a document without a credential.
 * @see RFC 8414, section 2 - scopes_supported
 */
export async function scopesNotOffered(
  org: OrgUrl,
  scopes: readonly string[],
  read: (url: string) => Promise<PublicDocument>,
): Promise<readonly string[]> {
  const unlisted = scopes.filter((scope) => !oktaScopes.includes(scope))
  if (unlisted.length === 0) return []
  try {
    const { json = {} } = await read(`${org}/.well-known/oauth-authorization-server`)
    const offered = textsOf(json, 'scopes_supported')
    return offered.length === 0 ? [] : unlisted.filter((scope) => !offered.includes(scope))
  } catch (error) {
    if (error instanceof UpstreamError) return []
    throw error
  }
}
