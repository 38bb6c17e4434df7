/** @module Text members of a record, found without parsing the record. */

import { decodeText, encodeText } from '../base64url.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const SPACE = 0x20
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Finds the member of one name. */
export type MemberReader = (record: Uint8Array) => string | undefined

/** Finds the members of several names, in one pass: their texts in the order of the names. */
export type MembersReader = (record: Uint8Array) => readonly (string | undefined)[]

/**
 * A reader of the top-level member of that name, where it is a text. Looks at no more of a record than it has to: Okta
 * writes `id` and `created` first. A name of plain characters; a member whose name is written with escapes is not found.
 */
export function memberReader(name: string): MemberReader {
  const read = membersReader([name])
  return (record) => read(record)[0]
}

/** A reader of several members as {@link memberReader} finds one. Of two of the same name the first counts. */
export function membersReader(names: readonly string[]): MembersReader {
  const wanted = names.map((name) => encodeText(name))
  return (record) => {
    const texts: (string | undefined)[] = names.map(() => undefined)
    let missing = names.length
    let isFound = 0
    let depth = 0
    for (let position = 0; position < record.length; position++) {
      const byte = record[position]
      if (byte === QUOTE) {
        const end = endOfString(record, position)
        if (depth === 1 && record[skipSpaces(record, end + 1)] === COLON) {
          const index = indexOfName(record, position + 1, end, wanted)
          if (index >= 0 && (isFound & (1 << index)) === 0) {
            isFound |= 1 << index
            texts[index] = textAt(record, end + 1)
            if (--missing === 0) return texts
          }
        }
        position = end
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        depth++
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth--
      }
    }
    return texts
  }
}

/** Which of the names stands between two positions; below 0 for none. */
function indexOfName(
  record: Uint8Array,
  start: number,
  end: number,
  names: readonly Uint8Array[],
): number {
  for (let index = 0; index < names.length; index++) {
    const name = names[index]
    if (name?.length === end - start && isAt(record, start, name)) return index
  }
  return -1
}

function isAt(record: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index++) {
    if (record[start + index] !== name[index]) return false
  }
  return true
}

/** The text behind the colon. */
function textAt(record: Uint8Array, afterName: number): string | undefined {
  const start = skipSpaces(record, skipSpaces(record, afterName) + 1)
  if (record[start] !== QUOTE) return undefined
  const end = endOfString(record, start)
  if (end >= record.length) return undefined
  try {
    const value: unknown = JSON.parse(decodeText(record.subarray(start, end + 1)))
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function skipSpaces(record: Uint8Array, start: number): number {
  let position = start
  while (record[position] === SPACE) position++
  return position
}

/** The position of the quote that closes the string which opens at `start`; behind the record where none does. */
function endOfString(record: Uint8Array, start: number): number {
  // A plain loop: most strings are shorter than a call of `indexOf` takes.
  for (let position = start + 1; position < record.length; position++) {
    const byte = record[position]
    if (byte === QUOTE) return position
    if (byte === BACKSLASH) position++
  }
  return record.length
}
