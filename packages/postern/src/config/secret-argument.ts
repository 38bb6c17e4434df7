/** @module Secrets that were typed on a command line, where the process list and the shell history see them. */

// A PEM, a private JWK, a JWT, bare DER and an API token: what people paste where a file name belongs.
const SECRET_IN_ARGUMENT =
  /-----BEGIN|"d"\s*:|\bey[A-Za-z0-9_-]{20,}\.ey|\bMI[A-Za-z0-9+/]{60}|(?:^|[=:\s])00[A-Za-z0-9_-]{40}$/

/** Whether an argument holds what looks like a secret itself instead of the name of its place. */
export function holdsSecret(argument: string): boolean {
  return SECRET_IN_ARGUMENT.test(argument)
}
