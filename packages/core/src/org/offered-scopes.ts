/** @module Which scopes an org offers, as it says itself. */

import { UpstreamError } from '../transport.ts'
import { oktaScopes } from '../url/okta-scopes.ts'
import type { OrgUrl } from '../url/org.ts'
import { isServiceScope } from '../url/scopes.ts'
import { textsOf } from './members.ts'
import type { PublicDocument } from './public-document.ts'

/** Reads a document without a credential. */
type Read = (url: string) => Promise<PublicDocument>

/**
 * The `okta.*` scopes that an org offers to service apps, sorted; none where it does not say.
 *
 * @throws {UpstreamError} where no whole answer came.
 * @see RFC 8414, section 2 - scopes_supported
 */
export async function offeredScopes(org: OrgUrl, read: Read): Promise<readonly string[]> {
  return [...new Set((await listed(org, read)).filter(isServiceScope))].sort()
}

/**
 * Those of the scopes that an org does not offer; none where it does not say. It is asked only about names that Postern
 * does not know.
 */
export async function scopesNotOffered(
  org: OrgUrl,
  scopes: readonly string[],
  read: Read,
): Promise<readonly string[]> {
  const unlisted = scopes.filter((scope) => !oktaScopes.includes(scope))
  if (unlisted.length === 0) return []
  try {
    const offered = await listed(org, read)
    return offered.length === 0 ? [] : unlisted.filter((scope) => !offered.includes(scope))
  } catch (error) {
    if (error instanceof UpstreamError) return []
    throw error
  }
}

async function listed(org: OrgUrl, read: Read): Promise<readonly string[]> {
  const { json = {} } = await read(`${org}/.well-known/oauth-authorization-server`)
  return textsOf(json, 'scopes_supported')
}
