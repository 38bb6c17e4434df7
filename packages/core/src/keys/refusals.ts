/** @module Every way a key is refused: the code, and what to do about it. */

import { type ErrorDetails, PosternError } from '../error.ts'

/** What to do about each refusal of a key, by its code. */
export const keyRemedies = {
  input_too_large: 'Paste the key alone, or pass its file with --key: a key is never this large.',
  input_too_deep: 'Paste the JWK alone, without the document that surrounds it.',
  key_empty:
    'Paste the whole private key: from the BEGIN line to the END line, or the whole JWK object from { to }.',
  key_unrecognised: 'Export the key as PKCS#8 PEM or as a private JWK and paste it unchanged.',
  key_looks_like_path: "Pass the file with --key (command line) or paste the file's content.",
  key_looks_like_api_token:
    'Choose the API token method, or paste the private key of the service app.',
  key_looks_like_client_secret:
    'Set the service app to public key / private key client authentication, which the Okta management API needs, and paste the private key.',
  key_pem_missing_begin: 'Copy the key again with its first line.',
  key_pem_missing_end: 'Copy the key again to its last line; the paste may be cut.',
  key_pem_bad_markers:
    'Write the BEGIN and END lines with five ASCII hyphens on each side and single spaces; paste as plain text.',
  key_pem_label_mismatch: 'Export the key again instead of joining two files.',
  key_pem_truncated: 'Copy the whole key again; some fields cut long values.',
  key_pem_bad_base64: 'Copy the key again as plain text, without gaps or additions.',
  key_pem_multiple: 'Paste exactly one private key.',
  key_not_utf8: 'Save the file as UTF-8 (or ASCII) and try again.',
  key_encrypted:
    'Give the right passphrase, or decrypt the key first: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.plain.pem',
  key_is_public:
    'Paste the private key. Okta shows it once: if it is lost, generate and register a new one.',
  key_is_certificate: 'Paste the private key that belongs to the certificate.',
  key_is_csr: 'Paste the private key that was used to make the certificate request.',
  key_openssh_format: "Convert a copy: ssh-keygen -p -m PKCS8 -f copy-of-key -N ''",
  key_putty_format: 'Export it from PuTTYgen as an OpenSSH key, then convert that to PKCS#8 PEM.',
  key_pkcs12: 'Extract the key: openssl pkcs12 -in file.p12 -nocerts -noenc -out key.pem',
  key_symmetric:
    'Use an RSA or EC private key; a symmetric key cannot sign a private_key_jwt assertion.',
  key_type_unsupported:
    'Generate an RSA key (2048 bits or more) or an EC key on P-256, P-384 or P-521; Okta verifies RS256/384/512 and ES256/384/512.',
  key_curve_unsupported: 'Use curve P-256, P-384 or P-521.',
  key_alg_mismatch: 'Change the algorithm to the one named in the detail, or use another key.',
  key_alg_not_allowed: 'Use RS256 (or another RS or ES algorithm).',
  key_too_small: 'Generate a 2048-bit (or larger) key and register its public half in Okta.',
  key_too_large: 'Use a key of 2048 to 4096 bits.',
  key_exponent_invalid:
    'Generate a new key with the usual exponent 65537; it must be odd, at least 65537 and at most 256 bits.',
  key_modulus_invalid: 'Generate a new key; this one is damaged.',
  key_parts_inconsistent: 'Export the key again; it was edited, damaged, or two keys were mixed.',
  key_weak_roca:
    'Replace the key now and remove its public half from Okta; it can be factored (CVE-2017-15361).',
  key_weak_primes: 'Generate a new key; this one can be factored.',
  key_jwk_missing_member: 'Copy the whole private JWK, with the member named in the detail.',
  key_jwk_partial_crt: 'Provide all of p, q, dp, dq, qi, or none of them.',
  key_jwk_bad_type:
    'Write the member named in the detail as its JSON type; every key member is a base64url string.',
  key_jwk_bad_base64url: 'Copy the JWK again; the member named in the detail is not base64url.',
  key_jwk_bad_length: 'Export the key again; an EC coordinate keeps its leading zeros.',
  key_jwk_multiprime: 'Use a key with two primes.',
  key_use_not_sig: 'Generate or choose a signing key (use=sig).',
  key_ops_no_sign: 'Choose a signing key, one whose key_ops include sign.',
  key_jwks_empty: 'Paste a key set that holds the private key, or the key alone.',
  key_jwks_ambiguous: 'Say which key of the set: --kid <kid>.',
  key_jwks_duplicate_kid: 'Give each key of the set its own kid.',
  key_json_invalid: 'Paste the JWK unchanged; the detail names where its JSON breaks.',
  key_json_duplicate_member: 'Remove one of the two members, so that the meaning is clear.',
  key_smart_quotes: 'Copy the JSON from its source as plain text, with straight quotes.',
  kid_looks_wrong:
    'Enter the key as the private key alone. The kid is the short id that Okta shows beside the public key.',
  kid_too_long: 'Use the kid that Okta shows; it has at most 255 characters.',
  kid_invalid: 'Use the kid that Okta shows, without control or invisible characters.',
} as const satisfies Readonly<Record<string, string>>

/** What can be wrong with a key, or with its id, before Okta is asked. */
export type KeyErrorCode = keyof typeof keyRemedies

/** Every {@link KeyErrorCode}. */
export const keyErrorCodes: readonly KeyErrorCode[] = Object.freeze(
  Object.keys(keyRemedies) as KeyErrorCode[],
)

/**
 * A key, a key set or a key id that Postern does not use.
 *
 * `details.detail`, where there is one, is the short fact the remedy speaks of: a member's name, an algorithm, kids.
 * Neither the message nor the details hold any part of the key's text, and there is never a cause: parsers quote their input.
 */
export class KeyError extends PosternError<KeyErrorCode> {
  override readonly name = 'KeyError'
}

/** Throws the {@link KeyError} of a code with its remedy. `observed` says what was found, in words of ours. */
export function refuse(
  code: KeyErrorCode,
  observed: string,
  details: ErrorDetails & { readonly detail?: string | undefined } = {},
): never {
  throw new KeyError(code, observed, { remedy: keyRemedies[code], details })
}
