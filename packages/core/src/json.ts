/** @module A strict JSON reader that sees what `JSON.parse` hides: repeated members, depth, and where the text breaks. */

/** A value of JSON. Objects have no prototype, so `__proto__` is a member like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** An object of JSON; every member is its own. */
export interface JsonObject {
  readonly [member: string]: JsonValue | undefined
}

/** Why a text is refused. Carries no part of the text but the name of the repeated member. */
export type JsonFault =
  | { readonly kind: 'syntax'; readonly position: number }
  | { readonly kind: 'duplicate'; readonly position: number; readonly member: string }
  | { readonly kind: 'depth'; readonly position: number }

/** What {@link parseJson} found: the value, or the first fault. */
export type JsonResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly fault: JsonFault }

/**
 * Reads one JSON text and nothing beside it.
 *
 * Stricter than `JSON.parse` in two ways: a member that appears twice (however it is escaped) and arrays or objects
 * nested more than `maxDepth` deep are faults. Positions count UTF-16 units from 0.
 *
 * @see RFC 8259 - the grammar; section 4 on names that are not unique
 */
export function parseJson(text: string, options: { readonly maxDepth: number }): JsonResult {
  const reader = new JsonReader(text, options.maxDepth)
  const value = reader.readDocument()
  if (value === undefined) return { ok: false, fault: reader.fault }
  return { ok: true, value }
}

/** Whether a value is an object, not an array or null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const

/** Every `read…` gives undefined where it left a fault behind. Recursion ends at `maxDepth`. */
class JsonReader {
  readonly #text: string
  readonly #maxDepth: number
  #position = 0
  #depth = 0
  #fault: JsonFault | undefined

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  get fault(): JsonFault {
    return this.#fault ?? { kind: 'syntax', position: this.#position }
  }

  readDocument(): JsonValue | undefined {
    const value = this.#readValue()
    if (value === undefined) return undefined
    this.#match(SPACE)
    return this.#position === this.#text.length ? value : undefined
  }

  #readValue(): JsonValue | undefined {
    this.#match(SPACE)
    const first = this.#text[this.#position]
    if (first === '{') return this.#nested(() => this.#readObject())
    if (first === '[') return this.#nested(() => this.#readArray())
    if (first === '"') return this.#readString()
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#position)) continue
      this.#position += word.length
      return value
    }
    const number = this.#match(NUMBER)
    return number === '' ? undefined : Number(number)
  }

  #nested<Value>(read: () => Value): Value | undefined {
    if (this.#depth === this.#maxDepth) {
      this.#fault = { kind: 'depth', position: this.#position }
      return undefined
    }
    this.#depth += 1
    this.#position += 1
    const value = read()
    this.#depth -= 1
    return value
  }

  #readObject(): JsonObject | undefined {
    const members: Record<string, JsonValue> = Object.create(null)
    if (this.#take('}')) return members
    do {
      this.#match(SPACE)
      const position = this.#position
      const member = this.#text[position] === '"' ? this.#readString() : undefined
      if (member === undefined) return undefined
      if (member in members) {
        this.#fault = { kind: 'duplicate', position, member }
        return undefined
      }
      const value = this.#take(':') ? this.#readValue() : undefined
      if (value === undefined) return undefined
      members[member] = value
    } while (this.#take(','))
    return this.#take('}') ? members : undefined
  }

  #readArray(): readonly JsonValue[] | undefined {
    const values: JsonValue[] = []
    if (this.#take(']')) return values
    do {
      const value = this.#readValue()
      if (value === undefined) return undefined
      values.push(value)
    } while (this.#take(','))
    return this.#take(']') ? values : undefined
  }

  #readString(): string | undefined {
    const start = this.#position
    this.#position += 1
    for (;;) {
      const character = this.#text[this.#position]
      if (character === undefined || character < ' ') return undefined
      if (character === '\\') {
        if (this.#match(ESCAPE) === '') return undefined
        continue
      }
      this.#position += 1
      if (character !== '"') continue
      const decoded: unknown = JSON.parse(this.#text.slice(start, this.#position))
      return typeof decoded === 'string' ? decoded : undefined
    }
  }

  #take(character: string): boolean {
    this.#match(SPACE)
    if (this.#text[this.#position] !== character) return false
    this.#position += 1
    return true
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#position += found.length
    return found
  }
}
