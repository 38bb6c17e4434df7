/** @module Secrets in the place of something else: what is entered there is stored in clear, sent, and shown. */

const SHAPES: readonly (readonly [name: string, shape: RegExp])[] = [
  ['a private key (PEM)', /-----BEGIN [A-Z ]{0,20}PRIVATE KEY/],
  // The same lines wrapped in base64 once more.
  ['a private key (PEM)', /\bLS0tLS1CRUdJTi[A-Za-z0-9+/]{8}/],
  // Within a text of JSON the quotes have backslashes before them.
  ['a private key (JWK)', /"(?:d|p|q|dp|dq|qi)\\{0,7}"\s{0,9}:\s{0,9}\\{0,7}"[A-Za-z0-9_-]{16}/],
  ['a private key (JWK)', /\beyJ(?:rdHki|kIjoi)[A-Za-z0-9+/_-]{8}/],
  ['an API token (SSWS)', /\b00[A-Za-z0-9_-]{40}(?![A-Za-z0-9_-])/],
]

/** What secret a text looks like, as it is said in a sentence; undefined where it looks like none. */
export function secretLookAlike(text: string): string | undefined {
  return SHAPES.find(([, shape]) => shape.test(text))?.[0]
}
