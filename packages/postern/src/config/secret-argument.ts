/** @module Secrets that were typed on a command line, where the process list and the shell history see them. */

// What people paste where a file name belongs, and how each begins however it was quoted or encoded.
const SECRETS_IN_ARGUMENTS: readonly RegExp[] = [
  // A PEM, and the base64 of its dashes.
  /-----BEGIN|LS0tLS1/,
  // The private member of a JWK, as JSON, as YAML or JavaScript, or escaped for a shell.
  /"d"\s*:|\bd\\?['"]?\s*:\s*\\?['"]/,
  // A JWT, and the base64 of a JWK on one line or on many.
  /\bey[A-Za-z0-9_-]{20,}\.ey/,
  /\be(?:y[AJ]|w[0ko])[A-Za-z0-9+/_-]{60}/,
  // Bare DER: PKCS#8, PKCS#1 and SEC1.
  /\bM[HI][A-Za-z0-9+/]{60}/,
  // The URL of a database with its password.
  /\bpostgres(?:ql)?:\/\/(?:[^/?#@]*:[^/?#]*@|\S*[?&]password=)/i,
  // An access key of Postern's own.
  /\bpostern_[A-Za-z0-9]+_[A-Za-z0-9_-]{40}/,
  // An API token.
  /(?<![A-Za-z0-9_-])00[A-Za-z0-9_-]{40}(?![A-Za-z0-9_-])/,
]

/** Whether an argument holds what looks like a secret itself instead of the name of its place. */
export function holdsSecret(argument: string): boolean {
  return SECRETS_IN_ARGUMENTS.some((shape) => shape.test(argument))
}
