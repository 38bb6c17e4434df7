/** @module Text from outside made safe to show: short, without control characters, without anything shaped like a secret. */

const MAX_CHARACTERS = 500

/** What is a secret by its shape alone, wherever it stands: PEM blocks, JWTs, credentials of a header, API tokens. */
export const secretShapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Whole whether dots follow or not: looked at again from each `eyJ` in it, a long text would take hours.
  /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g,
  /\b(?:SSWS|Bearer|DPoP|Basic)\s+[A-Za-z0-9._~+/=-]{20,}/gi,
  /\b00[A-Za-z0-9_-]{40}(?![A-Za-z0-9_-])/g,
]

// In what is shown to people, also private JWK members, who signs in within a URL, and long random runs.
const HOSTILE_SHAPES: readonly RegExp[] = [
  ...secretShapes,
  /"(?:d|p|q|dp|dq|qi|k)"\s*:\s*"[^"]*"?/g,
  /(?<=:\/\/)[^\s/?#"'<>]+(?=@)/g,
  /[A-Za-z0-9+/_-]{64,}={0,2}/g,
]

// @see ECMA-48, section 5.4 - control sequences
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const TERMINAL_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g

/**
 * Text that came from outside (an error description, a request id, a host name), safe to put into an error or a log.
 *
 * At most 500 characters; control characters become spaces, invisible ones go; anything shaped like a secret becomes `[removed]`.
 */
export function showHostile(text: string, options?: { readonly maxCharacters?: number }): string {
  const max = options?.maxCharacters ?? MAX_CHARACTERS
  // Cut first with room to spare: the shapes below need not run over megabytes.
  // Invisible characters go first: inside a token they would keep it from being recognised.
  // Terminal sequences go whole: their last letter would hide the beginning of a token behind it.
  let shown = text
    .slice(0, max * 4)
    .replace(/\p{Cf}+/gu, '')
    .replace(TERMINAL_SEQUENCE, ' ')
  for (const shape of HOSTILE_SHAPES) shown = shown.replace(shape, '[removed]')
  shown = shown.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim()
  // A cut never leaves half of a character.
  return shown.length > max ? `${shown.slice(0, max).replace(/\p{Cs}/u, '')}…` : shown
}
