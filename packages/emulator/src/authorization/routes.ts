/** @module The routes of the authorization servers: tokens, metadata, introspection, keys. */

import { ok } from '../http/answer.ts'
import type { ApiRequest } from '../http/request.ts'
import type { PublicRoute, Route } from '../http/route.ts'
import type { JsonObject } from '../json.ts'
import type { AuthorizationServer } from '../state/authorization-server.ts'
import { claimedRateKey } from './authenticate-client.ts'
import { customServer, requireCustomServer } from './custom-server.ts'
import {
  customMetadata,
  customOpenidMetadata,
  keySetOf,
  organization,
  orgMetadata,
  orgOpenidMetadata,
} from './metadata.ts'
import { orgServer } from './org-server.ts'
import { answerTokenRequest } from './token-endpoint.ts'
import { introspect, revoke } from './token-life.ts'

const CUSTOM = '/oauth2/{authorizationServerId}'

/** Tokens, metadata, introspection. */
export const authorizationRoutes: readonly Route[] = [
  form('/oauth2/v1/token', 'Gives an access token of the org', '/oauth2/v1/token', (request) =>
    answerTokenRequest(request, orgServer(request)),
  ),
  form('/oauth2/v1/introspect', 'Says whether an access token is good', 'other', (request) =>
    introspect(request, undefined),
  ),
  form('/oauth2/v1/revoke', 'Revokes an access token', 'other', (request) =>
    revoke(request, undefined),
  ),
  document('/oauth2/v1/keys', 'Shows the keys of ID tokens', 'none', ({ org }) =>
    keySetOf(org.authorization.signingKeys.idToken()),
  ),
  document(
    '/.well-known/oauth-authorization-server',
    'Shows what the authorization server of the org can do, and its scopes',
    'none',
    orgMetadata,
  ),
  document(
    '/.well-known/openid-configuration',
    'Shows what OpenID Connect can do at the org',
    'none',
    orgOpenidMetadata,
  ),
  document(
    '/.well-known/okta-organization',
    'Shows the id and the URLs of the org',
    'other',
    organization,
  ),
  form(
    `${CUSTOM}/v1/token`,
    'Gives an access token of a custom authorization server',
    'other',
    (request) => answerTokenRequest(request, customServer(request)),
  ),
  form(
    `${CUSTOM}/v1/introspect`,
    'Says whether an access token of a custom server is good',
    'other',
    (request) => introspect(request, requireCustomServer(request).id),
  ),
  form(`${CUSTOM}/v1/revoke`, 'Revokes an access token of a custom server', 'other', (request) =>
    revoke(request, requireCustomServer(request).id),
  ),
  document(
    `${CUSTOM}/v1/keys`,
    'Shows the keys of the tokens of a custom server',
    'none',
    (request) =>
      keySetOf(request.org.authorization.signingKeys.server(requireCustomServer(request).id)),
  ),
  // RFC 8414, section 3.1, puts the path of the issuer last; Okta has both forms.
  ...[
    `${CUSTOM}/.well-known/oauth-authorization-server`,
    `/.well-known/oauth-authorization-server${CUSTOM}`,
  ].map((path) => custom(path, 'Shows what a custom authorization server can do', customMetadata)),
  custom(
    `${CUSTOM}/.well-known/openid-configuration`,
    'Shows what OpenID Connect can do at a custom server',
    customOpenidMetadata,
  ),
]

function form(
  path: string,
  summary: string,
  bucket: PublicRoute['bucket'],
  handle: PublicRoute['handle'],
): Route {
  return {
    method: 'POST',
    path,
    summary,
    bucket,
    access: 'public',
    rateKey: claimedRateKey,
    handle,
  }
}

function document(
  path: string,
  summary: string,
  bucket: PublicRoute['bucket'],
  describe: (request: ApiRequest) => JsonObject,
): Route {
  const handle = (request: ApiRequest) => ok(describe(request))
  return { method: 'GET', path, summary, bucket, access: 'public', handle }
}

function custom(
  path: string,
  summary: string,
  describe: (request: ApiRequest, row: AuthorizationServer) => JsonObject,
): Route {
  return document(path, summary, 'none', (request) =>
    describe(request, requireCustomServer(request)),
  )
}
