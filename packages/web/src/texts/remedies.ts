/** @module English remedies of the page, in the place of those that speak to a command line, or of details that it leaves out. */

const OPERATOR = 'Ask whoever runs Postern'
const KEY_ID =
  'Enter the key’s KID in the field Key ID, as General > Client Credentials > PUBLIC KEYS shows it.'
const ZONE = 'Add it to the network zone'
const LIFE = 'Enter 1 to 3600 whole seconds, or leave it blank.'
const COPY_JWK = 'Copy the whole private JWK again, unchanged, from { to }.'

/** By code, of core, of the server, and of what a try finds. */
export const remedies: Readonly<Record<string, string>> = {
  input_too_large: 'Paste the key alone: a key is never this large.',
  key_looks_like_path: 'Choose the file, drop it here, or paste what is in it.',
  key_looks_like_api_token: 'Choose API token as the sign-in method, or paste the private key.',
  key_jwks_ambiguous: 'Enter in the field Key ID which key of the set is meant.',
  key_encrypted:
    'Enter its passphrase, or decrypt a copy: openssl pkcs8 -topk8 -nocrypt -in key.pem -out plain.pem',
  key_jwk_missing_member: COPY_JWK,
  key_jwk_bad_type: COPY_JWK,
  key_jwk_bad_base64url: COPY_JWK,
  key_json_invalid: COPY_JWK,
  key_alg_mismatch: 'Leave the algorithm as the key says, or use another key.',
  kid_missing: KEY_ID,
  kid_unknown: KEY_ID,
  client_id_looks_wrong: 'Copy the Client ID from the app’s General tab.',
  scope_unknown: 'Correct it, or choose from the list below.',
  scope_list_missing: 'Name the scopes: this org does not say which it has.',
  scope_not_requested: 'Add them in the field Scopes.',
  org_url_not_okta_domain:
    'Enter your org’s host under an Okta domain: acme.okta.com. A custom domain works once whoever runs Postern allows it.',
  token_url_not_org: 'Enter default, or the ID of an authorization server of this org.',
  assertion_lifetime: LIFE,
  assertion_claim: 'Leave it blank, as Okta expects it, or use printable ASCII characters.',
  jwt_expiry_invalid: LIFE,
  clock_skew: `${OPERATOR} to set the clock of its server (NTP).`,
  app_network_zone: `${OPERATOR} for its public address. ${ZONE} of the app (Security > Networks), or widen the zone on the app's General tab.`,
  api_token_network_zone: `${OPERATOR} for its public address. ${ZONE}: Security > API > Tokens > the token.`,
  org_not_answering_json: `${OPERATOR} to look at the way to the org: a proxy or another site answers in its place.`,
  upstream_slow: `${OPERATOR} to look at the way to the org; compare with status.okta.com.`,
  dpop_required: 'Set Proof of possession (DPoP) to Auto, under Advanced JWT.',
  diagnosis_ended: 'Check again; if it repeats, look at the slow answers.',
  connection_exists: 'Ask whoever sent you the link for one with another name.',
  connection_unusable: 'Put right what was found, from the top, and check again.',
  seal_locked: `${OPERATOR} to unlock its store: without its master key nothing can be kept.`,
  setup_not_found: 'Choose Guide me again: the steps begin anew.',
}

/** What is said to whoever looks after the way between Postern and the org, who is another person than the one on the page. */
export const operatorCodes: readonly string[] = [
  'assertion_replayed',
  'assertion_audience_refused',
  'body_with_mark',
  'cursor_rejected',
  'page_next_missing',
  'page_repeated',
  'page_too_big',
  'proof_replayed',
  'rate_headers_missing',
  'token_life_misstated',
  'token_life_short',
]
