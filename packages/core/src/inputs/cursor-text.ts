/** @module The cursor of an input as a text: which input it is of, and where each of its lists goes on. */

import { decodeBase64url, decodeText, encodeBase64url } from '../base64url.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../json.ts'
import { InputError } from './input-error.ts'
import type { InputName } from './input-name.ts'

// A walk with four lists open has less than 4,000 characters.
const MAX_CHARACTERS = 65_536
const MAX_DEPTH = 6

/** Writes a cursor: the input's name, an underscore, and base64url of JSON. */
export function encodeCursor(input: InputName, state: JsonObject): string {
  return `${input}_${encodeBase64url(JSON.stringify(state))}`
}

/**
 * Reads a cursor of this input.
 *
 * @throws {InputError} `input_cursor_invalid`
 */
export function decodeCursor(input: InputName, text: string): JsonObject {
  const [, name, encoded] = /^([a-z-]+)_([\w-]+)$/.exec(text.trim()) ?? []
  const state = encoded === undefined ? undefined : readObject(encoded)
  if (state === undefined) throw cursorInvalid('The cursor is damaged or is none of Postern’s.')
  if (name !== input) throw cursorInvalid(`The cursor is not one of ${input}.`)
  return state
}

/** The refusal of a cursor. */
export function cursorInvalid(observed: string): InputError {
  return new InputError('input_cursor_invalid', observed, {
    remedy:
      'Give the cursor as it was printed, for the input it was printed for; or start without.',
  })
}

/** A text member of a cursor's state; undefined where it is not there. @throws {InputError} where it is no text. */
export function textOf(state: JsonObject, member: string): string | undefined {
  return member in state ? requireText(state[member]) : undefined
}

/** The objects of a list in a cursor's state. @throws {InputError} where it is no list of objects. */
export function objectsOf(state: JsonObject, member: string): readonly JsonObject[] {
  const list: JsonValue | undefined = state[member]
  if (!Array.isArray(list)) throw cursorInvalid('The cursor is damaged.')
  return list.map((item: JsonValue) => {
    if (isJsonObject(item)) return item
    throw cursorInvalid('The cursor is damaged.')
  })
}

/** A whole number in a cursor's state; undefined where it is not there. @throws {InputError} where it is none. */
export function integerOf(state: JsonObject, member: string): number | undefined {
  const value = state[member]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw cursorInvalid('The cursor is damaged.')
}

function requireText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  throw cursorInvalid('The cursor is damaged.')
}

function readObject(text: string): JsonObject | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  try {
    const parsed = parseJson(decodeText(decodeBase64url(text)), { maxDepth: MAX_DEPTH })
    return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined
  } catch {
    return undefined
  }
}
