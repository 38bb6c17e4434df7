/** @module English remedies of what a try finds or the server refuses, in the place of those that speak to a command line. */

const OPERATOR = 'Ask whoever runs Postern'
const KEY_ID =
  'Enter the key’s KID in the field Key ID, as General > Client Credentials > PUBLIC KEYS shows it.'

/** By code. */
export const trialRemedies: Readonly<Record<string, string>> = {
  kid_missing: KEY_ID,
  kid_unknown: KEY_ID,
  assertion_lifetime: 'Set Jwt Auth Claims Expiry Seconds to 240, or leave it blank.',
  jwt_expiry_invalid: 'Enter digits alone, from 1 to 3600; 240 suits every org.',
  clock_skew: `${OPERATOR} to set the clock of its server (NTP).`,
  app_network_zone: `${OPERATOR} for its public address, and add that to the network zone of the app (Security > Networks), or widen the zone on the app's General tab.`,
  api_token_network_zone: `${OPERATOR} for its public address, and add that to the token's network zone: Security > API > Tokens > the token.`,
  org_not_answering_json: `${OPERATOR} to look at the way from there to the org: a proxy or another site answers in its place.`,
  upstream_slow: `${OPERATOR} to look at the network and the proxies between there and the org; compare with status.okta.com.`,
  org_url_not_okta_domain: `Enter your org's host under an Okta domain, for example acme.okta.com. If this is its custom domain, ask whoever runs Postern to allow it.`,
  key_encrypted: 'Enter the passphrase of the key in the field Passphrase.',
  key_looks_like_path: 'Choose the file, or paste what is in it: this is only its name.',
  input_too_large: 'Paste the key alone: a key is never this large.',
  key_jwks_ambiguous: 'Enter in the field Key ID which key of the set is meant.',
  connection_exists: 'Ask whoever sent you the link for one with another name.',
  connection_unusable: 'Put right what was found, from the top, and check again.',
  seal_locked: `${OPERATOR} to unlock its store: without its master key nothing can be kept.`,
  setup_not_found: 'Choose Guide me again: the steps begin anew.',
  scope_list_missing: 'Name the scopes: this org does not say which it has.',
  scope_not_requested: 'Add them in the field Scopes.',
  dpop_required: 'Set Proof of possession (DPoP) to Auto, under Advanced JWT.',
  diagnosis_ended: 'Check again; where this repeats, look at the slow answers above.',
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
