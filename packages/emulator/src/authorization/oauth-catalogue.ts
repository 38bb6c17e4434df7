/** @module Every refusal of the authorization servers, as data: Okta's own words. */

/**
 * Status, `error` and `error_description` of each refusal. `{0}` is filled in. The names are the reasons in the System
 * Log.
 *
 * @see okta/okta-developer-docs, `data/oauth2-error-codes.json` - Okta's own catalogue, the source of the texts
 */
export const catalogue = {
  no_client_credentials: [401, 'invalid_client', 'No client credentials found.'],
  client_authentication_failed: [
    401,
    'invalid_client',
    'Client authentication failed. Either the client or the client credentials are invalid.',
  ],
  invalid_client_id: [401, 'invalid_client', "Invalid value for 'client_id' parameter."],
  invalid_basic_header: [
    401,
    'invalid_client',
    'Found Authentication header but was not valid client credentials.',
  ],
  invalid_client_secret: [
    401,
    'invalid_client',
    'The client secret supplied for a confidential client is invalid.',
  ],
  private_key_jwt_required: [
    401,
    'invalid_client',
    'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
  ],
  service_app_required: [
    401,
    'invalid_client',
    "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
  ],
  integration_auth_method: [
    401,
    'invalid_client',
    'OAuth Integration Client Credentials requests to the Org Authorization Server must use either private_key_jwt or client_secret_basic as the token_endpoint_auth_method.',
  ],
  assertion_parse_failed: [401, 'invalid_client', 'The parsing of the client_assertion failed.'],
  assertion_alg_invalid: [
    401,
    'invalid_client',
    'The client_assertion JWT signature algorithm is invalid.',
  ],
  assertion_kid_invalid: [401, 'invalid_client', 'The client_assertion JWT kid is invalid.'],
  assertion_signature_invalid: [
    401,
    'invalid_client',
    'The client_assertion signature is invalid.',
  ],
  assertion_issuer_invalid: [
    401,
    'invalid_client',
    'The issuer claim for client_assertion is not a valid client_id.',
  ],
  assertion_subject_invalid: [
    401,
    'invalid_client',
    'The subject claim for client_assertion is not a valid client_id.',
  ],
  assertion_audience_invalid: [
    401,
    'invalid_client',
    'The audience claim for client_assertion must be the endpoint invoked for the request.',
  ],
  assertion_exp_missing: [
    401,
    'invalid_client',
    "The client_assertion must contain the 'exp' claim as seconds since epoch.",
  ],
  assertion_expired: [401, 'invalid_client', 'The client_assertion token is expired.'],
  assertion_exp_too_far: [
    401,
    'invalid_client',
    'The client_assertion token has an expiration too far into the future.',
  ],
  assertion_iat_in_future: [
    401,
    'invalid_client',
    'The client_assertion token must be issued before the current time.',
  ],
  assertion_already_used: [
    401,
    'invalid_client',
    'The client_assertion token has already been used.',
  ],
  jwks_missing: [
    401,
    'invalid_client',
    'The client does not have a JWKSet configured, but the client_assertion requires one.',
  ],
  jwks_invalid: [401, 'invalid_client', 'The client JWKSet is invalid.'],
  assertion_needs_secret: [
    401,
    'invalid_client',
    'The issuer and subject claim for client_assertion is invalid because the client does not have a client secret.',
  ],
  key_use_invalid: [
    401,
    'invalid_client',
    "The public key being used for client assertion has an invalid 'use' parameter. Valid values for the 'use' parameter are {0}.",
  ],
  signing_key_required: [
    401,
    'invalid_client',
    'The client_assertion JWT needs to be signed using a signing key.',
  ],
  jwks_uri_unreachable: [
    401,
    'invalid_client',
    'Error retrieving the client JWKSet from jwks_uri.',
  ],
  jwks_uri_empty: [
    401,
    'invalid_client',
    'The client JWKSet from jwks_uri must contain at least one key.',
  ],
  jwks_uri_kid_not_unique: [
    401,
    'invalid_client',
    'All keys in the client JWKSet from jwks_uri must have a unique kid.',
  ],
  jku_mismatch: [401, 'invalid_client', "The 'jku' in JWT and 'jwks_uri' doesn't match."],
  multiple_client_credentials: [
    401,
    'invalid_request',
    'Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.',
  ],
  client_credentials_in_query: [
    400,
    'invalid_request',
    'Client credentials cannot be supplied via query parameters.',
  ],
  assertion_type_invalid: [400, 'invalid_request', 'The client_assertion_type is invalid.'],
  duplicate_parameters: [
    400,
    'invalid_request',
    'The request contained multiple parameters with the same name.',
  ],
  grant_type_missing: [
    400,
    'invalid_request',
    "The token request must specify a 'grant_type'. Valid values: [{0}]",
  ],
  grant_type_unsupported: [
    400,
    'unsupported_grant_type',
    'The authorization grant type is not supported by the authorization server. Configured grant types: [{0}].',
  ],
  client_credentials_at_custom_server_only: [
    400,
    'unsupported_grant_type',
    "'client_credentials' grant type can only be used with a custom authorization server.",
  ],
  grant_type_not_allowed: [
    400,
    'unauthorized_client',
    'The client is not authorized to use the provided grant type. Configured grant types: [{0}].',
  ],
  custom_server_not_allowed: [
    400,
    'unauthorized_client',
    'This client cannot use a custom authorization server.',
  ],
  // Neither the catalogue nor a recording names one text for every grant that names nothing the org gave.
  grant_invalid: [
    400,
    'invalid_grant',
    'The provided authorization grant is invalid, expired, or revoked.',
  ],
  no_scopes_requested: [400, 'invalid_scope', 'No scopes were requested.'],
  no_default_scopes: [
    400,
    'invalid_scope',
    "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
  ],
  openid_scopes_requested: [
    400,
    'invalid_scope',
    "Cannot request 'openid' scopes using client credentials.",
  ],
  no_matching_scope: [
    400,
    'invalid_scope',
    'One or more scopes are not configured for the authorization server resource.',
  ],
  custom_scopes_not_allowed: [
    400,
    'invalid_scope',
    'Custom scopes are not allowed for this request.',
  ],
  scope_malformed: [
    400,
    'invalid_scope',
    'The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.',
  ],
  no_org_scopes_granted: [
    400,
    'consent_required',
    'You are not allowed any of the requested scopes.',
  ],
  user_consent_required: [
    400,
    'consent_required',
    'The following scopes require user consent and cannot be granted for the client credentials grant type: [{0}].',
  ],
  self_scope_requested: [
    400,
    'client_credentials_self_scope_requested',
    "The 'client_credentials' grant type may not request .self scopes.",
  ],
  all_scopes_rejected: [
    400,
    'access_denied',
    'Policy evaluation succeeded, but all the requested scopes were rejected.',
  ],
  scopes_denied_by_policy: [
    400,
    'access_denied',
    'Some of the requested scopes were denied by the policy. Denied scopes: [{0}].',
  ],
  policy_evaluation_failed: [
    401,
    'access_denied',
    'Policy evaluation failed for this request, please check the policy configurations.',
  ],
  network_zone: [
    403,
    'access_denied',
    "The request is made from outside the client's permitted network zones.",
  ],
  // The text is ours; no source names what introspection says without a token.
  token_missing: [400, 'invalid_request', "The 'token' parameter is missing."],
  proof_missing: [400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.'],
  proof_multiple: [400, 'invalid_dpop_proof', 'Multiple DPoP proof JWT headers are not allowed.'],
  proof_parse_failed: [400, 'invalid_dpop_proof', 'The DPoP proof JWT cannot be parsed.'],
  proof_typ_invalid: [400, 'invalid_dpop_proof', "'typ' must be 'dpop+jwt' in the DPoP proof JWT."],
  proof_alg_invalid: [
    400,
    'invalid_dpop_proof',
    'The DPoP proof JWT signature algorithm is invalid.',
  ],
  proof_signature_invalid: [400, 'invalid_dpop_proof', 'The DPoP proof JWT signature is invalid.'],
  proof_htm_invalid: [400, 'invalid_dpop_proof', "'htm' claim in the DPoP proof JWT is invalid."],
  proof_htu_invalid: [400, 'invalid_dpop_proof', "'htu' claim in the DPoP proof JWT is invalid."],
  proof_iat_invalid: [400, 'invalid_dpop_proof', "'iat' claim in the DPoP proof JWT is invalid."],
  proof_iat_in_future: [400, 'invalid_dpop_proof', 'The DPoP proof JWT is issued in the future.'],
  proof_iat_too_old: [
    400,
    'invalid_dpop_proof',
    'The DPoP proof JWT is issued more than five minutes in the past.',
  ],
  proof_expired: [400, 'invalid_dpop_proof', 'The DPoP proof JWT is expired.'],
  proof_jti_invalid: [400, 'invalid_dpop_proof', "'jti' claim in the DPoP proof JWT is invalid."],
  proof_already_used: [400, 'invalid_dpop_proof', 'The DPoP proof JWT has already been used.'],
  proof_ath_invalid: [
    400,
    'invalid_dpop_proof',
    "'ath' claim in the DPoP proof does not match the presented access_token.",
  ],
  proof_not_bound: [
    400,
    'invalid_dpop_proof',
    'The access_token is not bound to the provided DPoP proof.',
  ],
  proof_invalid: [400, 'invalid_dpop_proof', 'The DPoP proof JWT is invalid.'],
  nonce_required: [400, 'use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.'],
  // What follows is said in WWW-Authenticate, by the management API.
  resource_nonce_required: [400, 'use_dpop_nonce', 'Resource server requires nonce in DPoP proof.'],
  resource_proof_required: [400, 'invalid_request', 'The resource request requires a DPoP proof.'],
  dpop_scheme_required: [
    400,
    'invalid_request',
    'The resource request must use the DPoP authentication scheme when using a DPoP bound token.',
  ],
  token_not_bound: [401, 'invalid_token', 'The presented access_token is not DPoP bound.'],
  token_expired: [401, 'invalid_token', 'The token has expired.'],
  token_invalid: [401, 'invalid_token', 'The access token is invalid.'],
  token_revoked: [401, 'invalid_token', 'The access token has been revoked.'],
  token_issuer_invalid: [401, 'invalid_token', 'The access token provided has an invalid issuer.'],
  token_audience_invalid: [
    401,
    'invalid_token',
    'The access token provided is not intended for Okta.',
  ],
  access_token_missing: [401, 'invalid_request', 'The access token is missing.'],
  insufficient_scope: [
    403,
    'insufficient_scope',
    'The access token provided does not contain the required scopes.',
  ],
} as const satisfies Readonly<Record<string, readonly [number, string, string]>>
