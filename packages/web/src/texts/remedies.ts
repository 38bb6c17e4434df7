/** @module English remedies of the page, in the place of those that speak to a command line, or of details that it leaves out. */

/** By code. */
export const remedies: Readonly<Record<string, string>> = {
  input_too_large: 'Paste the key alone: a key is never this large.',
  key_looks_like_path: 'Choose the file, drop it here, or paste what is in it.',
  key_jwks_ambiguous: 'Enter the Key ID of the one to use, below.',
  key_encrypted:
    'Enter the passphrase it was made with, or decrypt a copy first: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.plain.pem',
  key_looks_like_api_token:
    'Choose API token as the sign-in method, or paste the private key of the service app.',
  key_jwk_missing_member: 'Copy the whole private JWK again, from { to }.',
  key_jwk_bad_type: 'Copy the whole private JWK again, unchanged.',
  key_jwk_bad_base64url: 'Copy the whole private JWK again, unchanged.',
  key_json_invalid: 'Copy the whole private JWK again, unchanged.',
  key_alg_mismatch: 'Leave the algorithm as the key says, or use another key.',
  client_id_looks_wrong: 'Copy the Client ID from the app’s General tab.',
  scope_unknown: 'Correct it, or choose from the list below.',
  scope_empty: 'Enter at least one scope. A custom authorization server has names of its own.',
  org_url_not_okta_domain:
    'Enter the host under an Okta domain. Your org’s custom domain works too, once whoever runs Postern allows it: postern domains allow HOST',
  token_url_not_org: 'Enter default, or the ID of an authorization server of this org.',
  assertion_lifetime: 'Enter 1 to 3600 whole seconds, or leave it blank.',
  assertion_claim: 'Leave it blank, as Okta expects it, or use printable ASCII characters.',
}
