/** @module The token endpoints of an org: its own authorization server's, and those of its custom ones. */

import { PosternError } from '../error.ts'
import type { OrgUrl } from './org.ts'

/** What can be wrong with a token URL. */
export type TokenUrlErrorCode = 'token_url_not_org'

/** The URL is not a token endpoint of this org. */
export class TokenUrlError extends PosternError<TokenUrlErrorCode> {
  override readonly name = 'TokenUrlError'
}

// Okta's ids are `default` or `aus` and 17 more. `v1` would make `/oauth2/v1/v1/token` readable in two ways.
const AUTHORIZATION_SERVER_ID = /^(?!v1$)[A-Za-z0-9]{1,64}$/

/**
 * The token endpoint of an org, or of one of its custom authorization servers.
 *
 * @throws {TokenUrlError} where the id is not `default` or 1 to 64 letters and digits.
 * @see Okta, "Authorization servers" - available authorization server types
 */
export function tokenUrl(org: OrgUrl, authorizationServerId?: string): string {
  return `${authorizationServerBase(org, authorizationServerId)}/v1/token`
}

/**
 * The issuer of an org's tokens: the origin itself, or `{org}/oauth2/{id}` for a custom authorization server.
 *
 * @throws {TokenUrlError} where the id is not `default` or 1 to 64 letters and digits.
 */
export function issuerUrl(org: OrgUrl, authorizationServerId?: string): string {
  return authorizationServerId === undefined
    ? org
    : authorizationServerBase(org, authorizationServerId)
}

/**
 * Reads a token URL as a choice among the org's own endpoints: exactly `{org}/oauth2/v1/token` or
 * `{org}/oauth2/{authorization server id}/v1/token`. Compared as text, so no spelling of another URL passes.
 *
 * @throws {TokenUrlError} `token_url_not_org` for everything else.
 */
export function parseTokenUrl(
  text: string,
  org: OrgUrl,
): { readonly authorizationServerId: string | undefined } {
  const url = text.trim()
  if (url === tokenUrl(org)) return { authorizationServerId: undefined }
  const start = `${org}/oauth2/`
  const end = '/v1/token'
  const id = url.slice(start.length, -end.length)
  if (AUTHORIZATION_SERVER_ID.test(id) && url === `${start}${id}${end}`) {
    return { authorizationServerId: id }
  }
  throw notOfOrg(org, 'The URL is not a token endpoint of this org.')
}

function authorizationServerBase(org: OrgUrl, authorizationServerId: string | undefined): string {
  if (authorizationServerId === undefined) return `${org}/oauth2`
  if (AUTHORIZATION_SERVER_ID.test(authorizationServerId)) {
    return `${org}/oauth2/${authorizationServerId}`
  }
  throw notOfOrg(org, 'The authorization server id is not "default" or 1 to 64 letters and digits.')
}

function notOfOrg(org: OrgUrl, observed: string): TokenUrlError {
  return new TokenUrlError('token_url_not_org', observed, {
    remedy: `Leave the token URL empty, or enter ${org}/oauth2/v1/token or ${org}/oauth2/{authorizationServerId}/v1/token.`,
    details: { org },
  })
}
