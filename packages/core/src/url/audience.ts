/** @module The assertion's audience: a choice between two URLs that Postern computes, never a text of its own. */

import { PosternError } from '../error.ts'
import type { OrgUrl } from './org.ts'
import { issuerUrl, tokenUrl } from './token-url.ts'

/** What the audience of an assertion may be. */
export type Audience = 'token-url' | 'issuer'

/** What can be wrong with an audience. */
export type AudienceErrorCode = 'audience_not_org'

/** The audience is neither the token URL nor the issuer of this org. */
export class AudienceError extends PosternError<AudienceErrorCode> {
  override readonly name = 'AudienceError'
}

/**
 * Reads the audience of an assertion: the words `token-url` and `issuer`, or exactly the URL that one of them stands for.
 *
 * @throws {AudienceError} `audience_not_org` for everything else: another audience would hand the assertion's holder
 * a signature that is good elsewhere.
 * @see Okta, "Build a JWT for Client Authentication" - aud
 */
export function parseAudience(text: string, org: OrgUrl, authorizationServerId?: string): Audience {
  const audience = text.trim()
  const token = tokenUrl(org, authorizationServerId)
  const issuer = issuerUrl(org, authorizationServerId)
  if (audience === 'token-url' || audience === token) return 'token-url'
  if (audience === 'issuer' || audience === issuer) return 'issuer'
  throw new AudienceError('audience_not_org', 'The audience is not a URL of this org.', {
    remedy: `Leave the audience empty, or enter token-url (${token}) or issuer (${issuer}).`,
    details: { org },
  })
}
