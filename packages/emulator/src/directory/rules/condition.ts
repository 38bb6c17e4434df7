/** @module The condition of a group rule: the part of Okta's expression language that the emulator evaluates. */

import type { User } from '../../state/user.ts'

/** What an expression gives for a user. */
type Value = string | number | boolean | null
type Evaluate = (user: User) => Value

/** An expression outside the part that is understood here. */
class NotUnderstood extends Error {}

const MAX_LENGTH = 4_096
const MAX_NESTING = 64

/**
 * Whether a rule's expression fits a user.
 *
 * Understood are `user.attribute`, texts, numbers, `true`, `false`, `null`; `==`, `!=`, `and`, `or`, `!` (also `&&`,
 * `||`, `not`), parentheses; `String.startsWith`, `String.stringContains`, `String.toLowerCase` and
 * `String.toUpperCase`. Anything else is kept as it is and fits nobody.
 *
 * @see Okta, "Okta Expression Language" - the functions and operators
 */
export function compileCondition(expression: string): (user: User) => boolean {
  try {
    const evaluate = new Reader(expression).read()
    return (user) => evaluate(user) === true
  } catch (error) {
    if (error instanceof NotUnderstood) return () => false
    throw error
  }
}

const functions: ReadonlyMap<string, readonly [count: number, (...texts: string[]) => Value]> =
  new Map<string, readonly [number, (...texts: string[]) => Value]>([
    ['String.startsWith', [2, (text = '', start = '') => text.startsWith(start)]],
    ['String.stringContains', [2, (text = '', part = '') => text.includes(part)]],
    ['String.toLowerCase', [1, (text = '') => text.toLowerCase()]],
    ['String.toUpperCase', [1, (text = '') => text.toUpperCase()]],
  ])

const constants = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
])

const tokenShape =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(==|!=|&&|\|\||[!(),]))/y

class Reader {
  readonly #tokens: readonly string[]
  #next = 0
  #nesting = 0

  constructor(expression: string) {
    this.#tokens = readTokens(expression)
  }

  read(): Evaluate {
    const evaluate = this.#readOr()
    if (this.#next < this.#tokens.length) throw new NotUnderstood()
    return evaluate
  }

  #readOr(): Evaluate {
    const parts = [this.#readAnd()]
    while (this.#takeIf('or', '||')) parts.push(this.#readAnd())
    const [only] = parts
    if (only !== undefined && parts.length === 1) return only
    return (user) => parts.some((part) => part(user) === true)
  }

  #readAnd(): Evaluate {
    const parts = [this.#readEquality()]
    while (this.#takeIf('and', '&&')) parts.push(this.#readEquality())
    const [only] = parts
    if (only !== undefined && parts.length === 1) return only
    return (user) => parts.every((part) => part(user) === true)
  }

  #readEquality(): Evaluate {
    const left = this.#readOne()
    const equal = this.#takeIf('==')
    if (!equal && !this.#takeIf('!=')) return left
    const right = this.#readOne()
    return (user) => (left(user) === right(user)) === equal
  }

  #readOne(): Evaluate {
    if (++this.#nesting > MAX_NESTING) throw new NotUnderstood()
    try {
      if (this.#takeIf('!', 'not')) {
        const inner = this.#readOne()
        return (user) => inner(user) !== true
      }
      if (!this.#takeIf('(')) return this.#readOperand()
      const inner = this.#readOr()
      this.#expect(')')
      return inner
    } finally {
      this.#nesting--
    }
  }

  #readOperand(): Evaluate {
    const token = this.#tokens[this.#next++] ?? ''
    if (/^["']/.test(token)) {
      const text = token.slice(1, -1).replaceAll(/\\(.)/g, '$1')
      return () => text
    }
    if (/^\d/.test(token)) {
      const number = Number(token)
      return () => number
    }
    const constant = constants.get(token)
    if (constant !== undefined) return () => constant
    const name = /^user\.(\w+)$/.exec(token)?.[1]
    if (name !== undefined) return (user) => readAttribute(user, name)
    return this.#readCall(token)
  }

  #readCall(name: string): Evaluate {
    const known = functions.get(name)
    if (known === undefined) throw new NotUnderstood()
    const [count, call] = known
    this.#expect('(')
    const operands = [this.#readOr()]
    while (this.#takeIf(',')) operands.push(this.#readOr())
    this.#expect(')')
    if (operands.length !== count) throw new NotUnderstood()
    return (user) => {
      const values = operands.map((operand) => operand(user))
      return values.every((value) => typeof value === 'string') ? call(...values) : null
    }
  }

  #takeIf(...words: readonly string[]): boolean {
    if (!words.includes(this.#tokens[this.#next]?.toLowerCase() ?? '')) return false
    this.#next++
    return true
  }

  #expect(word: string): void {
    if (!this.#takeIf(word)) throw new NotUnderstood()
  }
}

function readTokens(expression: string): readonly string[] {
  if (expression.length > MAX_LENGTH) throw new NotUnderstood()
  const tokens: string[] = []
  const end = expression.trimEnd().length
  let at = 0
  while (at < end) {
    tokenShape.lastIndex = at
    const match = tokenShape.exec(expression)
    if (match === null) throw new NotUnderstood()
    tokens.push(match[0].trim())
    at = tokenShape.lastIndex
  }
  return tokens
}

function readAttribute(user: User, name: string): Value {
  const value = Object.hasOwn(user.profile, name) ? user.profile[name] : null
  return typeof value === 'object' || value === undefined ? null : value
}
