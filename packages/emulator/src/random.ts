/** @module Numbers that look random and follow from a seed, so that two runs make the same org. */

/**
 * A 32-bit number that depends on all of its arguments and on nothing else.
 *
 * @see MurmurHash3 by Austin Appleby (public domain) - the mixing constants
 */
export function hash(...parts: readonly number[]): number {
  let mixed = 0x9e3779b9
  for (const part of parts) {
    let word = Math.imul(part ^ Math.floor(part / 0x1_0000_0000), 0xcc9e2d51)
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593)
    mixed ^= word
    mixed = (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** A hash of a text, to be a part of another one. */
export function hashText(text: string): number {
  let mixed = text.length
  for (let index = 0; index < text.length; index++) mixed = hash(mixed, text.charCodeAt(index))
  return mixed
}

/** A number from 0 (included) to 1 (excluded), made from the same parts as {@link hash}. */
export function fraction(...parts: readonly number[]): number {
  return hash(...parts) / 0x1_0000_0000
}

/** One of the choices, made from the same parts as {@link hash}. */
export function pick<T>(choices: readonly T[], ...parts: readonly number[]): T {
  const choice = choices[hash(...parts) % choices.length]
  if (choice === undefined) throw new RangeError('There is nothing to pick from.')
  return choice
}
