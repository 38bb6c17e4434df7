/** @module The documents that tell what an org and its authorization servers can do, for everybody to read. */

import type { ApiRequest } from '../http/request.ts'
import type { JsonObject } from '../json.ts'
import { clientAuthMethods } from '../state/app.ts'
import type { AuthorizationServer } from '../state/authorization-server.ts'
import type { SigningKey } from '../state/signing-keys.ts'
import { customIssuer } from './custom-server.ts'
import { tokenGrantTypes } from './grant-types.ts'
import { signingAlgs } from './jws.ts'
import { customDomainUrl, orgUrlFor } from './origin.ts'
import { oktaScopes, openidScopes } from './scopes.ts'

const capabilities = {
  response_types_supported: [
    'code',
    'token',
    'id_token',
    'code id_token',
    'code token',
    'id_token token',
    'code id_token token',
  ],
  response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
  grant_types_supported: ['authorization_code', 'implicit', ...tokenGrantTypes.slice(1)],
  subject_types_supported: ['public'],
} as const

/**
 * `/.well-known/oauth-authorization-server` of the org: its scopes, and no `jwks_uri`, since the keys of its access
 * tokens are not published.
 *
 * @see okta/terraform-provider-okta, `TestAccDataSourceOktaOAuthAuthorizationServer_read` - recorded
 */
export function orgMetadata(request: ApiRequest): JsonObject {
  const issuer = orgUrlFor(request)
  return {
    issuer,
    ...endpoints(issuer, `${issuer}/oauth2`),
    ...capabilities,
    scopes_supported: [...oktaScopes, ...openidScopes],
    token_endpoint_auth_methods_supported: clientAuthMethods,
    claims_supported: ['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'uid', 'scp', 'sub'],
    ...commonEnd(),
    identity_chaining_requested_token_types_supported: ['urn:ietf:params:oauth:token-type:id-jag'],
  }
}

/** `/.well-known/openid-configuration` of the org: for signing people in, so without `okta.*` scopes. */
export function orgOpenidMetadata(request: ApiRequest): JsonObject {
  const issuer = orgUrlFor(request)
  return openidDocument(issuer, `${issuer}/oauth2`)
}

/** `/.well-known/oauth-authorization-server` of a custom server: no scopes, since none is published. */
export function customMetadata(request: ApiRequest, row: AuthorizationServer): JsonObject {
  const issuer = customIssuer(request, row)
  return {
    issuer,
    ...endpoints(orgUrlFor(request), issuer),
    jwks_uri: `${issuer}/v1/keys`,
    ...capabilities,
    scopes_supported: openidScopes,
    token_endpoint_auth_methods_supported: clientAuthMethods,
    claims_supported: ['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'uid', 'scp', 'sub'],
    ...commonEnd(),
  }
}

/** `/.well-known/openid-configuration` of a custom server. */
export function customOpenidMetadata(request: ApiRequest, row: AuthorizationServer): JsonObject {
  const issuer = customIssuer(request, row)
  return openidDocument(orgUrlFor(request), issuer)
}

/**
 * `/.well-known/okta-organization`: the org behind whatever name it was reached by.
 *
 * @see okta/terraform-provider-okta - recorded, but for `alternate`
 */
export function organization({ org }: ApiRequest): JsonObject {
  const alternate = customDomainUrl(org)
  return {
    id: org.id,
    cell: 'op3',
    _links: {
      organization: { href: org.url },
      ...(alternate === undefined ? {} : { alternate: { href: alternate } }),
    },
    pipeline: 'idx',
    settings: {
      analyticsCollectionEnabled: false,
      bugReportingEnabled: true,
      omEnabled: false,
      pssoEnabled: true,
      desktopMFAEnabled: true,
      itpEnabled: true,
    },
  }
}

/** A key set with the public half of one key. @see RFC 7517, section 5 */
export function keySetOf({ kid, publicKey }: SigningKey): JsonObject {
  const { kty, e, n } = publicKey.export({ format: 'jwk' })
  return { keys: [{ kty, alg: 'RS256', kid, use: 'sig', e, n }] }
}

function openidDocument(orgUrl: string, base: string): JsonObject {
  const isOrg = base === `${orgUrl}/oauth2`
  return {
    issuer: isOrg ? orgUrl : base,
    ...endpoints(orgUrl, base),
    userinfo_endpoint: `${base}/v1/userinfo`,
    jwks_uri: `${base}/v1/keys`,
    ...capabilities,
    grant_types_supported: ['authorization_code', 'implicit', 'refresh_token', 'password'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: [...openidScopes, ...(isOrg ? ['groups'] : [])],
    token_endpoint_auth_methods_supported: clientAuthMethods,
    claims_supported: [
      'iss',
      'ver',
      'sub',
      'aud',
      'iat',
      'exp',
      'jti',
      'auth_time',
      'amr',
      'idp',
      'nonce',
      'name',
      'nickname',
      'preferred_username',
      'given_name',
      'middle_name',
      'family_name',
      'email',
      'email_verified',
      'profile',
      'zoneinfo',
      'locale',
      'address',
      'phone_number',
      'picture',
      'website',
      'gender',
      'birthdate',
      'updated_at',
      'at_hash',
      'c_hash',
    ],
    ...commonEnd(),
  }
}

function endpoints(orgUrl: string, base: string): JsonObject {
  return {
    authorization_endpoint: `${base}/v1/authorize`,
    token_endpoint: `${base}/v1/token`,
    registration_endpoint: `${orgUrl}/oauth2/v1/clients`,
    introspection_endpoint: `${base}/v1/introspect`,
    introspection_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint: `${base}/v1/revoke`,
    revocation_endpoint_auth_methods_supported: clientAuthMethods,
    end_session_endpoint: `${base}/v1/logout`,
    device_authorization_endpoint: `${base}/v1/device/authorize`,
    pushed_authorization_request_endpoint: `${base}/v1/par`,
  }
}

function commonEnd(): JsonObject {
  return {
    code_challenge_methods_supported: ['S256'],
    request_parameter_supported: true,
    request_object_signing_alg_values_supported: ['HS256', 'HS384', 'HS512', ...signingAlgs],
    dpop_signing_alg_values_supported: signingAlgs,
  }
}
