/** @module One text member of a record, found without parsing the record. */

import { decodeText, encodeText } from '../base64url.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN = new Set([0x5b, 0x7b])
const CLOSE = new Set([0x5d, 0x7d])

/** Finds the member of one name. */
export type MemberReader = (record: Uint8Array) => string | undefined

/**
 * A reader of the top-level member of that name, where it is a text. Looks at no more of a record than it has to: Okta
 * writes `id` and `created` first. A name of plain characters; a member whose name is written with escapes is not found.
 */
export function memberReader(name: string): MemberReader {
  const wanted = encodeText(`"${name}"`)
  return (record) => {
    let depth = 0
    for (let position = 0; position < record.length; position++) {
      const byte = record[position] ?? 0
      if (byte === QUOTE) {
        const end = endOfString(record, position)
        if (end < 0) return undefined
        if (depth === 1 && isName(record, position, end, wanted)) return textAt(record, end + 1)
        position = end
      } else if (OPEN.has(byte)) {
        depth++
      } else if (CLOSE.has(byte)) {
        depth--
      }
    }
    return undefined
  }
}

/** Whether the string is the wanted one, and a name: a colon follows. */
function isName(record: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start + 1 !== wanted.length) return false
  if (!wanted.every((byte, index) => record[start + index] === byte)) return false
  return record[skipSpaces(record, end + 1)] === COLON
}

/** The text behind the colon. */
function textAt(record: Uint8Array, afterName: number): string | undefined {
  const start = skipSpaces(record, skipSpaces(record, afterName) + 1)
  if (record[start] !== QUOTE) return undefined
  const end = endOfString(record, start)
  if (end < 0) return undefined
  try {
    const value: unknown = JSON.parse(decodeText(record.subarray(start, end + 1)))
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function skipSpaces(record: Uint8Array, start: number): number {
  let position = start
  while (record[position] === 0x20) position++
  return position
}

/** The position of the quote that closes the string which opens at `start`; below 0 where none does. */
function endOfString(record: Uint8Array, start: number): number {
  for (let position = start; ; ) {
    position = record.indexOf(QUOTE, position + 1)
    if (position < 0) return -1
    let first = position
    while (record[first - 1] === BACKSLASH) first--
    if ((position - first) % 2 === 0) return position
  }
}
