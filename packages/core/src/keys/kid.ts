/** @module The id of a key, as Okta shows it. */

import { secretLookAlike } from '../secret-look-alike.ts'
import { refuse } from './refusals.ts'

const MAX_CHARACTERS = 255
// A JWK with a 4096-bit key has 3,300.
const MAX_SEEN_CHARACTERS = 4_096
// Control, format (zero-width, bidirectional) and separator characters, and halves of a surrogate pair.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * The kid itself, unchanged: 1 to 255 characters, none of them invisible. It is published, so that a secret is refused.
 *
 * @throws {KeyError} `kid_looks_wrong`, `kid_too_long`, `kid_invalid`
 */
export function validateKid(kid: string): string {
  // Counting code points copies the text; one this long is too long however it is counted.
  const characters = kid.length > 2 * MAX_CHARACTERS ? kid.length : [...kid].length
  const lookAlike = secretLookAlike(kid.slice(0, MAX_SEEN_CHARACTERS))
  if (lookAlike !== undefined) refuse('kid_looks_wrong', `The kid looks like ${lookAlike}.`)
  if (characters > MAX_CHARACTERS) {
    refuse('kid_too_long', `The kid has ${characters} characters; ${MAX_CHARACTERS} are allowed.`)
  }
  if (characters === 0) refuse('kid_invalid', 'The kid is empty.')
  const at = kid.search(INVISIBLE)
  if (at >= 0) {
    refuse('kid_invalid', `Character ${at + 1} of the kid is a control or invisible character.`)
  }
  return kid
}
