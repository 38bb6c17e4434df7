/** @module Base64 as people paste it: either alphabet, padded or not. */

/** Decoded bytes, and whether the text was written in the alphabet it should have been. */
export interface DecodedBase64 {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** True for text without padding in the alphabet of RFC 4648, section 5, and no stray bits at its end. */
  readonly isCanonicalUrl: boolean
  readonly usesUrlAlphabet: boolean
}

/**
 * The bytes of a base64 or base64url text without white space; undefined where it is neither, or mixes the two.
 *
 * @see RFC 4648, sections 4 and 5
 */
export function decodeBase64(text: string): DecodedBase64 | undefined {
  const digits = /^([A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.exec(text)?.[1]
  if (digits === undefined || digits.length % 4 === 1) return undefined
  const usesUrlAlphabet = /[-_]/.test(digits)
  const standard = usesUrlAlphabet ? digits.replaceAll('-', '+').replaceAll('_', '/') : digits
  const bytes = Uint8Array.from(atob(standard), (character) => character.charCodeAt(0))
  const isCanonicalUrl =
    digits.length === text.length && !/[+/]/.test(digits) && hasNoStrayBits(standard)
  return { bytes, isCanonicalUrl, usesUrlAlphabet }
}

/** Whether the last digit carries only the bits that belong to a byte. */
function hasNoStrayBits(digits: string): boolean {
  const remainder = digits.length % 4
  if (remainder === 0) return true
  return (remainder === 2 ? /[AQgw]$/ : /[AEIMQUYcgkosw048]$/).test(digits)
}
