/** @module What an accepted key was repaired from, or what is worth knowing about it. */

import type { Warning } from '../error.ts'

const MESSAGES = {
  key_escaped_newlines: 'Backslash n was turned into line breaks.',
  key_newlines_lost: 'Line breaks were put back.',
  key_markers_missing: 'BEGIN and END were missing; the content is a private key.',
  key_label_wrong: 'The PEM label does not fit its content.',
  key_extra_blocks_ignored: 'Other blocks or keys were ignored.',
  key_crt_recomputed: 'p, q, dp, dq and qi were computed from n, e and d.',
  key_json_string: 'The JWK was a JSON string in JSON.',
  key_base64_normalised: 'Base64 was rewritten in its canonical form.',
  kid_derived: 'No kid was given: the RFC 7638 thumbprint is used until Okta shows another.',
} as const satisfies Readonly<Record<string, string>>

/** What was repaired or assumed while a key was accepted. */
export type KeyWarningCode = keyof typeof MESSAGES

/** Every {@link KeyWarningCode}, in the order they are shown. */
export const keyWarningCodes: readonly KeyWarningCode[] = Object.freeze(
  Object.keys(MESSAGES) as KeyWarningCode[],
)

/** The codes met so far, each once. */
export type KeyWarnings = Set<KeyWarningCode>

/** The warnings of some codes, in a fixed order. */
export function describeWarnings(
  codes: ReadonlySet<KeyWarningCode>,
): readonly Warning<KeyWarningCode>[] {
  return Object.freeze(
    keyWarningCodes
      .filter((code) => codes.has(code))
      .map((code) => Object.freeze({ code, message: MESSAGES[code] })),
  )
}
