/** @module Names for files and objects that hold what a feed wrote. */

const KEPT = /^[a-z0-9-]$/

/**
 * A text as a name of lower-case letters, digits and hyphens: each other byte becomes `_` and its two hexadecimal digits (S28).
 * Two texts never become one name, also where upper and lower case are the same.
 */
export function toFileName(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return KEPT.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
}

/** A batch's number as it stands in names: sorted as text, they are in order. */
export function toSequenceName(seq: number): string {
  return String(seq).padStart(12, '0')
}
