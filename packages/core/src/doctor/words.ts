/** @module Lists of names in a sentence. */

import { showHostile } from '../hostile.ts'

/** `users, groups and apps` */
export function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

/** `1 key`, `2 keys` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** A text of the org's, such as a kid or a label, as one quoted word. */
export function quote(text: string): string {
  return `"${showHostile(text, { maxCharacters: 120 })}"`
}
