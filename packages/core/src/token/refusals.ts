/** @module Every refusal of a token endpoint that Okta is known to give: its code, what is wrong, what to do. Data only. */

/** Codes of refusals at the token endpoint. Okta's own code travels in `details.okta`. */
export type RefusalCode =
  | 'auth_invalid_client'
  | 'auth_invalid_request'
  | 'auth_grant_refused'
  | 'auth_access_denied'
  | 'auth_refused'
  | 'clock_skew'
  | 'scope_empty'
  | 'scope_unknown'
  | 'scope_not_for_service_app'
  | 'scope_not_granted'
  | 'dpop_required'
  | 'dpop_nonce_required'
  | 'dpop_proof_refused'
  | 'upstream_unavailable'

/** What may cure a refusal without a person: done at most once for each token request. */
export type Cure = 'switch-dpop-on' | 'use-nonce' | 'correct-clock' | 'shorten-lifetime'

/** One known refusal. */
export interface KnownRefusal {
  /** Okta's `error`. */
  readonly error: string
  /** Okta's `error_description`, whole, or a pattern where Okta puts values into it. */
  readonly description: string | RegExp
  readonly code: RefusalCode
  /** What exactly is wrong, one word or two: the `detail` of the error. */
  readonly detail: string
  readonly remedy: string
  readonly cure?: Cure
}

const GENERAL_TAB = "the app's General tab"
const KEYS_SCREEN = 'General > Client Credentials > PUBLIC KEYS'
const SCOPES_TAB = "the app's Okta API Scopes tab"

const invalidClient = (description: string | RegExp, detail: string, remedy: string) =>
  ({ error: 'invalid_client', description, code: 'auth_invalid_client', detail, remedy }) as const

const clockSkew = (description: string, cure: Cure, error = 'invalid_client') =>
  ({
    error,
    description,
    code: 'clock_skew',
    detail: 'clock',
    remedy: "Set this machine's clock (NTP): it differs from Okta's by more than is allowed.",
    cure,
  }) as const

const proof = (description: string, detail: string, remedy: string) =>
  ({
    error: 'invalid_dpop_proof',
    description,
    code: 'dpop_proof_refused',
    detail,
    remedy,
  }) as const

const REPORT_PROOF =
  'Check that no proxy rewrites the URL, method or DPoP header; if none does, report this with the request id.'

/**
 * The refusals in the order Okta checks.
 *
 * @see Okta, "Okta API error codes" - OAuth 2.0 errors (okta/okta-developer-docs, `oauth2-error-codes.json`)
 * @see okta/okta-management-openapi-spec, `oauth` - `/oauth2/v1/token`
 */
export const knownRefusals: readonly KnownRefusal[] = [
  {
    error: 'invalid_request',
    description: 'Client credentials cannot be supplied via query parameters.',
    code: 'auth_invalid_request',
    detail: 'query',
    remedy: 'Remove the query from the token URL; Postern sends everything in the body.',
  },
  {
    error: 'invalid_request',
    description: 'The client_assertion_type is invalid.',
    code: 'auth_invalid_request',
    detail: 'client_assertion_type',
    remedy: 'Check that no proxy rewrites the request body; Postern sends the only valid type.',
  },
  {
    error: 'invalid_request',
    description: 'The request contained multiple parameters with the same name.',
    code: 'auth_invalid_request',
    detail: 'parameters',
    remedy: 'Leave the assertion parameter at client_assertion.',
  },
  {
    error: 'invalid_request',
    description: /^The token request must specify a 'grant_type'\./,
    code: 'auth_invalid_request',
    detail: 'grant_type',
    remedy: 'Check that no proxy drops the request body, and that the token URL is the org’s own.',
  },
  {
    error: 'invalid_request',
    description: /^Cannot supply multiple client credentials\./,
    code: 'auth_invalid_request',
    detail: 'credentials',
    remedy: 'Remove the extra headers that carry another credential.',
  },
  {
    error: 'unsupported_grant_type',
    description:
      "'client_credentials' grant type can only be used with a custom authorization server.",
    code: 'auth_grant_refused',
    detail: 'grant_type',
    remedy:
      "Ask Okta support to switch on OAuth for Okta APIs: this org's own authorization server does not offer it.",
  },
  {
    error: 'unsupported_grant_type',
    description:
      /^(?:The authorization grant type is not supported|The grant type in the request isn't supported)/,
    code: 'auth_grant_refused',
    detail: 'grant_type',
    remedy:
      'Use the org’s own authorization server, or add the Client Credentials grant to the custom one’s access policy rule.',
  },
  {
    error: 'unauthorized_client',
    description: 'This client cannot use a custom authorization server.',
    code: 'auth_grant_refused',
    detail: 'authorization server',
    remedy:
      'Leave the token URL at the org’s own; an API service integration cannot use a custom authorization server.',
  },
  {
    error: 'unauthorized_client',
    description: /^The client is not authorized to use the provided grant type\./,
    code: 'auth_grant_refused',
    detail: 'grant_type',
    remedy: `Create the app as API Services, or tick Client Credentials under Grant type on ${GENERAL_TAB}.`,
  },
  invalidClient(
    /^No client credentials found\.?$/,
    'client_assertion',
    'Leave the assertion parameter at client_assertion, and check that no proxy drops the request body.',
  ),
  invalidClient(
    'Client authentication failed. Either the client or the client credentials are invalid.',
    'client',
    `Check that the app is Active and that Client authentication is Public key / Private key on ${GENERAL_TAB}.`,
  ),
  invalidClient(
    "Invalid value for 'client_id' parameter.",
    'client ID',
    `Copy the Client ID from ${GENERAL_TAB}, and check that the org URL is that app's org.`,
  ),
  invalidClient(
    'Found Authentication header but was not valid client credentials.',
    'header',
    'Remove the extra Authorization header; the assertion is the only credential.',
  ),
  invalidClient(
    'The client secret supplied for a confidential client is invalid.',
    'client secret',
    `Set Client authentication to Public key / Private key on ${GENERAL_TAB}: client secrets do not work here.`,
  ),
  invalidClient(
    'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
    'authentication method',
    `Set Client authentication to Public key / Private key on ${GENERAL_TAB} and register the public key.`,
  ),
  invalidClient(
    "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
    'application type',
    'Create a new app integration with sign-in method API Services; another type cannot be changed into one.',
  ),
  invalidClient(
    'OAuth Integration Client Credentials requests to the Org Authorization Server must use either private_key_jwt or client_secret_basic as the token_endpoint_auth_method.',
    'authentication method',
    'Set the API service integration to public key / private key authentication.',
  ),
  invalidClient(
    'The parsing of the client_assertion failed.',
    'assertion',
    'Remove the additional claims, and check that no proxy rewrites the request body.',
  ),
  invalidClient(
    'The client_assertion JWT signature algorithm is invalid.',
    'algorithm',
    'Choose the algorithm that fits the registered key: RS256 for RSA, ES256 for EC P-256.',
  ),
  invalidClient(
    'The client_assertion JWT kid is invalid.',
    'kid',
    `Compare the kid with ${KEYS_SCREEN}: use the KID shown there, and check that this key is Active. If the key is not listed, add its public half.`,
  ),
  invalidClient(
    'The client_assertion signature is invalid.',
    'signature',
    `The kid belongs to another key pair. Use the private key whose public half is registered under that KID in ${KEYS_SCREEN}, or register this one’s.`,
  ),
  invalidClient(
    'The issuer claim for client_assertion is not a valid client_id.',
    'issuer',
    `Copy the Client ID from ${GENERAL_TAB}, and leave the assertion issuer at its default.`,
  ),
  invalidClient(
    'The subject claim for client_assertion is not a valid client_id.',
    'subject',
    `Copy the Client ID from ${GENERAL_TAB}, and leave the assertion subject at its default.`,
  ),
  invalidClient(
    'The audience claim for client_assertion must be the endpoint invoked for the request.',
    'audience',
    "Leave the audience at the token URL, and use one host throughout: the org's okta.com URL or its custom domain.",
  ),
  invalidClient(
    "The client_assertion must contain the 'exp' claim as seconds since epoch.",
    'expiry',
    'Remove exp from the additional claims; Postern computes it.',
  ),
  clockSkew('The client_assertion token is expired.', 'correct-clock'),
  clockSkew(
    'The client_assertion token has an expiration too far into the future.',
    'shorten-lifetime',
  ),
  clockSkew('The client_assertion token must be issued before the current time.', 'correct-clock'),
  invalidClient(
    'The client_assertion token has already been used.',
    'jti',
    'Check that no proxy repeats requests; Postern makes a new assertion for every attempt.',
  ),
  invalidClient(
    /^The client does not have a JWKSet configured, but the client_assertion requires one\.?$/,
    'no key registered',
    `Add the public key to the app: ${KEYS_SCREEN} > Add key, then Done and Save.`,
  ),
  invalidClient(
    'The client JWKSet is invalid.',
    'key set',
    `Remove the app's public keys in ${KEYS_SCREEN} and add them again.`,
  ),
  invalidClient(
    'The issuer and subject claim for client_assertion is invalid because the client does not have a client secret.',
    'algorithm',
    'Sign with an RSA or EC private key; HS* assertions need a client secret, which a service app has not.',
  ),
  invalidClient(
    /^The public key being used for client assertion has an invalid 'use' parameter\./,
    'key use',
    'Register the public key again with use "sig".',
  ),
  invalidClient(
    'The client_assertion JWT needs to be signed using a signing key.',
    'key use',
    'Use the signing key; the kid names an encryption key.',
  ),
  invalidClient(
    'Error retrieving the client JWKSet from jwks_uri.',
    'jwks_uri',
    'Check that the JWKS URL of the app answers over HTTPS from the internet with a JSON key set.',
  ),
  invalidClient(
    'The client JWKSet from jwks_uri must contain at least one key.',
    'jwks_uri empty',
    'Publish the public key at the JWKS URL of the app.',
  ),
  invalidClient(
    'All keys in the client JWKSet from jwks_uri must have a unique kid.',
    'jwks_uri kids',
    'Give each key at the JWKS URL its own kid.',
  ),
  invalidClient(
    "The 'jku' in JWT and 'jwks_uri' doesn't match.",
    'jwks_uri jku',
    'Set the JWKS URL of the app to the one the key is published at.',
  ),
  {
    error: 'access_denied',
    description: "The request is made from outside the client's permitted network zones.",
    code: 'auth_access_denied',
    detail: 'network zone',
    remedy: `Add this machine's public address to the network zone of the app (Security > Networks), or widen the zone on ${GENERAL_TAB}.`,
  },
  {
    error: 'invalid_dpop_proof',
    description: 'The DPoP proof JWT header is missing.',
    code: 'dpop_required',
    detail: 'DPoP',
    remedy: 'The app requires DPoP. Turn DPoP on for this connection (Postern supports it).',
    cure: 'switch-dpop-on',
  },
  {
    error: 'use_dpop_nonce',
    description: /^/,
    code: 'dpop_nonce_required',
    detail: 'nonce',
    remedy: 'Okta asks for a DPoP nonce. Postern repeats the request once with it.',
    cure: 'use-nonce',
  },
  clockSkew('The DPoP proof JWT is issued in the future.', 'correct-clock', 'invalid_dpop_proof'),
  clockSkew(
    'The DPoP proof JWT is issued more than five minutes in the past.',
    'correct-clock',
    'invalid_dpop_proof',
  ),
  clockSkew('The DPoP proof JWT is expired.', 'correct-clock', 'invalid_dpop_proof'),
  proof(
    'Multiple DPoP proof JWT headers are not allowed.',
    'header',
    'Remove the DPoP header that a proxy or an extra header adds.',
  ),
  proof('The DPoP proof JWT cannot be parsed.', 'parsing', REPORT_PROOF),
  proof("'typ' must be 'dpop+jwt' in the DPoP proof JWT.", 'typ', REPORT_PROOF),
  proof('The DPoP proof JWT signature algorithm is invalid.', 'algorithm', REPORT_PROOF),
  proof('The DPoP proof JWT signature is invalid.', 'signature', REPORT_PROOF),
  proof("'htm' claim in the DPoP proof JWT is invalid.", 'htm', REPORT_PROOF),
  proof(
    "'htu' claim in the DPoP proof JWT is invalid.",
    'htu',
    'Use one host throughout (the okta.com URL or the custom domain), and check that no proxy rewrites the path.',
  ),
  proof("'iat' claim in the DPoP proof JWT is invalid.", 'iat', REPORT_PROOF),
  proof("'jti' claim in the DPoP proof JWT is invalid.", 'jti', REPORT_PROOF),
  proof(
    'The DPoP proof JWT has already been used.',
    'jti',
    'Check that no proxy repeats requests; Postern makes a new proof for every attempt.',
  ),
  proof(
    "'ath' claim in the DPoP proof does not match the presented access_token.",
    'ath',
    REPORT_PROOF,
  ),
  proof('The access_token is not bound to the provided DPoP proof.', 'binding', REPORT_PROOF),
  proof('The DPoP proof JWT is invalid.', 'proof', REPORT_PROOF),
  {
    error: 'invalid_scope',
    description: 'No scopes were requested.',
    code: 'scope_empty',
    detail: 'scope',
    remedy:
      'Okta needs at least one scope in every token request. Enter, for example, okta.users.read.',
  },
  {
    error: 'invalid_scope',
    description:
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    code: 'scope_empty',
    detail: 'scope',
    remedy: 'Name at least one scope that is configured on this custom authorization server.',
  },
  {
    error: 'invalid_scope',
    description: "Cannot request 'openid' scopes using client credentials.",
    code: 'scope_not_for_service_app',
    detail: 'openid',
    remedy: 'OpenID Connect scopes do not work with client credentials. Remove them.',
  },
  {
    error: 'invalid_scope',
    description: 'One or more scopes are not configured for the authorization server resource.',
    code: 'scope_unknown',
    detail: 'scope',
    remedy:
      'Correct the scope names. okta.* scopes exist on the org’s own authorization server only; remove a custom token URL.',
  },
  {
    error: 'invalid_scope',
    description: 'Custom scopes are not allowed for this request.',
    code: 'scope_unknown',
    detail: 'custom scope',
    remedy:
      'Ask for okta.* scopes here; custom scopes belong to a custom authorization server (set its token URL).',
  },
  {
    error: 'invalid_scope',
    description:
      'The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.',
    code: 'scope_unknown',
    detail: 'scope',
    remedy: `Correct the scope names, and grant each on ${SCOPES_TAB}.`,
  },
  {
    error: 'consent_required',
    description: 'You are not allowed any of the requested scopes.',
    code: 'scope_not_granted',
    detail: 'none granted',
    remedy: `Grant the scopes on ${SCOPES_TAB} (a Super Admin must do it), then ask again.`,
  },
  {
    error: 'consent_required',
    description:
      /^The following scopes require user consent and cannot be granted for the client credentials grant type/,
    code: 'scope_not_granted',
    detail: 'user consent',
    remedy:
      'Remove the scopes that need user consent, or change their consent setting on the custom authorization server.',
  },
  {
    error: 'client_credentials_self_scope_requested',
    description: "The 'client_credentials' grant type may not request .self scopes.",
    code: 'scope_not_for_service_app',
    detail: '.self',
    remedy: 'Remove the .self scopes; ask for the scope without .self.',
  },
  {
    error: 'access_denied',
    description:
      'Policy evaluation failed for this request, please check the policy configurations.',
    code: 'auth_access_denied',
    detail: 'access policy',
    remedy:
      'Add an access policy with a Client Credentials rule for this app to the custom authorization server (Security > API).',
  },
  {
    error: 'access_denied',
    description:
      /^(?:Policy evaluation succeeded, but all the requested scopes were rejected|Some of the requested scopes were denied by the policy)/,
    code: 'auth_access_denied',
    detail: 'access policy',
    remedy:
      'Allow the scopes in the access policy rule of the custom authorization server (Security > API).',
  },
  {
    error: 'temporarily_unavailable',
    description: /^/,
    code: 'upstream_unavailable',
    detail: 'overload',
    remedy:
      'Okta is overloaded or under maintenance. Postern retries with growing pauses; see status.okta.com.',
  },
  {
    error: 'server_error',
    description: /^/,
    code: 'upstream_unavailable',
    detail: 'server error',
    remedy:
      'Okta answered with a server error. Postern retries with growing pauses; see status.okta.com.',
  },
]

/** The refusal that an `error` stands for when its description is not a known one. */
const unknownDescriptions: Readonly<Record<string, Omit<KnownRefusal, 'description'>>> = {
  invalid_client: invalidClient(
    '',
    'client',
    `Check on ${GENERAL_TAB}: the Client ID, that Client authentication is Public key / Private key, and that the kid is listed and Active.`,
  ),
  invalid_dpop_proof: proof('', 'proof', REPORT_PROOF),
  invalid_scope: {
    error: 'invalid_scope',
    code: 'scope_unknown',
    detail: 'scope',
    remedy: `Correct the scope names, and grant each on ${SCOPES_TAB}.`,
  },
  consent_required: {
    error: 'consent_required',
    code: 'scope_not_granted',
    detail: 'consent',
    remedy: `Grant the scopes on ${SCOPES_TAB}.`,
  },
  access_denied: {
    error: 'access_denied',
    code: 'auth_access_denied',
    detail: 'policy',
    remedy:
      'Check the network zones of the app and the access policies of the authorization server.',
  },
  unsupported_grant_type: {
    error: 'unsupported_grant_type',
    code: 'auth_grant_refused',
    detail: 'grant_type',
    remedy: 'Use the org’s own token URL, with an app of type API Services.',
  },
  unauthorized_client: {
    error: 'unauthorized_client',
    code: 'auth_grant_refused',
    detail: 'grant_type',
    remedy: `Create the app as API Services, or tick Client Credentials under Grant type on ${GENERAL_TAB}.`,
  },
  invalid_request: {
    error: 'invalid_request',
    code: 'auth_invalid_request',
    detail: 'request',
    remedy:
      'Read Okta’s description; leave the advanced settings of the assertion at their defaults.',
  },
}

/** The known refusal for Okta's `error` and `error_description`; undefined where Okta gave neither a known one nor a known kind. */
export function findRefusal(
  error: string,
  description: string,
): Omit<KnownRefusal, 'description'> | undefined {
  const known = knownRefusals.find(
    (refusal) =>
      refusal.error === error &&
      (typeof refusal.description === 'string'
        ? refusal.description === description
        : refusal.description.test(description)),
  )
  return (
    known ?? (Object.hasOwn(unknownDescriptions, error) ? unknownDescriptions[error] : undefined)
  )
}
